// The sentence that specs of environments are written in: givenEnvironments(commands).when(command).then(events | refused | nothing).
import { isDeepStrictEqual } from 'node:util';
import {
  decide,
  emptyStream,
  environmentsAggregate,
  followAll,
  recordEach,
  type EnvironmentGuards,
  type Environments,
  type EnvironmentsCommand,
  type EnvironmentsEvent,
  type EnvironmentsRefusal,
  type EnvironmentsTypes,
  type Envelope,
  type OlderApis,
  type Recorded,
  type RecordedText,
  type StreamOf,
  type Verdict,
} from '../../../packages/domain/src/index.js';

export interface EnvironmentsWhen {
  readonly guards?: EnvironmentGuards;
  /** By environment: nodes that cannot verify layers. */
  readonly oldNodes?: Readonly<Record<string, readonly string[]>>;
  readonly olderApis?: OlderApis;
}

const NO_OLDER: OlderApis = { seen: [], unseenRuledOut: false };
/** The revision of the installation that a first start finds. */
const INSTALLATION_REVISION = 2;
const FIRST_INSTANT_MS = Date.UTC(2026, 0, 5, 9);

/** A history in the making: every step is what the stream itself would have written. */
export class EnvironmentsHistory {
  readonly events: Recorded<EnvironmentsEvent>[] = [];
  stream: StreamOf<EnvironmentsTypes> = emptyStream('environments');
  /** Facts that the last decision asked for, as `sort key`. */
  asked: string[] = [];
  #sets = 0;

  decide(command: EnvironmentsCommand, { guards = {}, oldNodes = {}, olderApis = NO_OLDER }: EnvironmentsWhen = {}) {
    const loaded = new Set<string>();
    this.asked = [];
    const valueOf = (sort: string, key: string | number) =>
      ({ oldNodes: oldNodes[key] ?? [], olderApis, installation: INSTALLATION_REVISION })[sort];
    for (;;) {
      const get = (sort: string, key: string | number) => (loaded.has(`${sort} ${key}`) ? valueOf(sort, key) : undefined);
      const verdict: Verdict<EnvironmentsTypes> = decide(environmentsAggregate, this.stream, command, {
        id: null,
        actor: 'alice',
        commandId: `command-${this.#sets + 1}`,
        keyed: false,
        fingerprint: 'f',
        reason: null,
        guards,
        facts: { get: get as never },
        meant: null,
      });
      if (verdict.kind !== 'needs') return verdict;
      for (const { sort, key } of verdict.needs) loaded.add(`${sort} ${key}`);
      this.asked = [...loaded];
    }
  }

  /** Carries a command out where it is accepted, and answers what it came to. */
  take(command: EnvironmentsCommand, when: EnvironmentsWhen = {}) {
    const verdict = this.decide(command, when);
    if (verdict.kind === 'accepted')
      this.record(
        verdict.events,
        command.type === 'DefineFirst' && command.existedBefore ? { installation: INSTALLATION_REVISION } : undefined,
      );
    return verdict;
  }

  record(drafts: readonly EnvironmentsEvent[], facts?: Readonly<Record<string, number>>): RecordedText<EnvironmentsEvent>[] {
    this.#sets += 1;
    const envelope = environmentsEnvelope(this.#sets, facts);
    const tools = { finish: (draft: EnvironmentsEvent) => draft, macOf: null, schemaVersionOf: environmentsAggregate.schemaVersionOf };
    const recorded = [...recordEach(this.stream, drafts, envelope, tools)];
    const events = recorded.map(({ event }) => event);
    this.events.push(...events);
    this.stream = followAll(environmentsAggregate.apply, this.stream, events);
    return recorded;
  }

  /** The environments; throws while the first start has not been. */
  get state(): Environments {
    if (this.stream.state === null) throw new Error('nothing is defined yet');
    return this.stream.state;
  }
}

function environmentsEnvelope(set: number, facts: Readonly<Record<string, number>> | undefined): Envelope {
  return {
    actor: { id: 'alice', method: 'token', roles: ['admin'] },
    reason: null,
    commandId: `command-${set}`,
    fingerprint: 'f',
    correlationId: `request-${set}`,
    causationId: null,
    traceparent: null,
    changeSetId: `set-${set}`,
    facts,
    now: FIRST_INSTANT_MS + set * 1_000,
  };
}

export type EnvironmentsExpected =
  | readonly EnvironmentsEvent[]
  | 'accepted'
  | 'nothing'
  | { readonly refused: EnvironmentsRefusal['code']; readonly at?: string | null; readonly says?: RegExp };

/** A refusal with this code. */
export function refusedEnvironment(
  code: EnvironmentsRefusal['code'],
  more: { readonly at?: string | null; readonly says?: RegExp } = {},
): EnvironmentsExpected {
  return { refused: code, ...more };
}

/** What the first start of a new installation does. */
export const FIRST_START: EnvironmentsCommand = { type: 'DefineFirst', names: [], existedBefore: false, edition: 0, references: 'off' };

/** A history behind a first start; `given` holds the commands before, the first start included. */
export function givenEnvironments(...given: readonly EnvironmentsCommand[]) {
  const history = new EnvironmentsHistory();
  for (const command of given) {
    const { kind } = history.take(command);
    if (kind !== 'accepted') throw new Error(`the given command ${JSON.stringify(command)} came to '${kind}'`);
  }
  return {
    history,
    when: (command: EnvironmentsCommand, when: EnvironmentsWhen = {}) => ({
      then(expected: EnvironmentsExpected): EnvironmentsHistory {
        judge(history.take(command, when), expected);
        return history;
      },
    }),
  };
}

type Judged = Exclude<Verdict<EnvironmentsTypes>, { kind: 'needs' }>;

function judge(verdict: Judged, expected: EnvironmentsExpected): void {
  if (typeof expected === 'string') return equal(verdict.kind, expected, verdict);
  if (!('refused' in expected)) return equal(verdict.kind === 'accepted' ? verdict.events : verdict, expected, verdict);
  if (verdict.kind !== 'refused') return equal(verdict.kind, 'refused', verdict);
  const { code, message, details } = verdict.refusal;
  equal(code, expected.refused, verdict);
  const [first] = details;
  if (first === undefined || first.message === '' || first.remedy === '') throw new Error(`${code} does not say what to do`);
  if (expected.at !== undefined) equal(first.path, expected.at, verdict);
  const words = `${message} ${first.remedy}`;
  if (expected.says && !expected.says.test(words)) throw new Error(`${code} says: ${words}; not ${expected.says}`);
}

function equal(actual: unknown, expected: unknown, verdict: Judged): void {
  if (isDeepStrictEqual(actual, expected)) return;
  const message = `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)} (${JSON.stringify(verdict).slice(0, 600)})`;
  throw Object.assign(new Error(message), { actual, expected });
}
