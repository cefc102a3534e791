// The sentence that specs of the ledger are written in: given(change sets).when(command).then(events | refused | nothing). It imports the
// sources of domain: classes with private members are equal to themselves only.
import { isDeepStrictEqual } from 'node:util';
import {
  decide,
  emptyStream,
  followAll,
  LedgerId,
  ledgerAggregate,
  recordEach,
  signedBy,
  type Command,
  type DraftEvent,
  type Envelope,
  type Guards,
  type Ledger,
  type LedgerEvent,
  type LedgerRefusal,
  type LedgerStream,
  type LedgerTypes,
  type LoadedVersion,
  type Recorded,
  type RecordedText,
  type SignActivation,
  type UnsignedActivation,
  type Verdict,
} from '../../../packages/domain/src/index.js';
import { ledgerFacts } from './ledger-facts.js';

export const LEDGER = 'production.trading-engine';
export const ID = LedgerId.of('production', 'trading-engine');

type RefusalCode = LedgerRefusal['code'];

/** A day that is none: 2026-01-05, 09:00 UTC. Each change set is a second later than the one before. */
export const FIRST_INSTANT_MS = Date.UTC(2026, 0, 5, 9);

/** A signature that can be told from others, made of what it covers. */
export const fakeSign: SignActivation = ({ origin, ...rest }) => ({
  keyId: '0123456789abcdef',
  signature: Buffer.from(JSON.stringify({ origin: origin.length, ...rest })).toString('base64url'),
});

export const created = (): DraftEvent => ({ type: 'LedgerCreated', data: { environment: 'production', service: 'trading-engine' } });
export const set = (path: string, value: Extract<DraftEvent, { type: 'ConfigSet' }>['data']['value']): DraftEvent => ({
  type: 'ConfigSet',
  data: { path, value },
});
export const deleted = (path: string): DraftEvent => ({ type: 'ConfigDeleted', data: { path } });
export const tagged = (version: number, tag: string): DraftEvent => ({ type: 'VersionTagged', data: { version, tag } });
export const untagged = (version: number, tag: string): DraftEvent => ({ type: 'VersionUntagged', data: { version, tag } });
export const retired = (): DraftEvent => ({ type: 'LedgerRetired', data: {} });
export const restored = (): DraftEvent => ({ type: 'LedgerRestored', data: {} });
export const activated = (data: UnsignedActivation['data'], statement: UnsignedActivation['statement'] = { form: 1 }): DraftEvent => ({
  type: 'VersionActivated',
  data,
  statement,
});

/** A change set that was begun and never completed: its first events only. */
export interface Abandoned {
  readonly begun: readonly DraftEvent[];
  readonly size: number;
}
export const abandoned = (...begun: readonly DraftEvent[]): Abandoned => ({ begun, size: begun.length + 1 });

export type Given = DraftEvent | readonly DraftEvent[] | Abandoned | Command;

export interface When {
  readonly guards?: Guards;
  readonly actor?: string;
  readonly key?: string;
  readonly fingerprint?: string;
  readonly reason?: string;
  /** The newest form of statement that every node can verify; 1 by default. */
  readonly statement?: 1 | 2;
}

export type Expected =
  | readonly DraftEvent[]
  | 'nothing'
  | 'repeated'
  | { readonly refused: RefusalCode; readonly at?: string | null; readonly says?: RegExp };

export const refused = (code: RefusalCode, more: { readonly at?: string | null; readonly says?: RegExp } = {}): Expected => ({
  refused: code,
  ...more,
});

/** A history in the making. Every step is what the ledger itself would have written, or a change set spelled out. */
export class History {
  readonly events: Recorded<LedgerEvent>[] = [];
  readonly texts: RecordedText<LedgerEvent>[] = [];
  stream: LedgerStream = emptyStream(ID.stream);
  #sets = 0;

  /** Records a change set; `size` beyond its events leaves it open. */
  record(
    drafts: readonly DraftEvent[],
    options: { readonly size?: number; readonly envelope?: Partial<Envelope> } = {},
  ): readonly Recorded<LedgerEvent>[] {
    const missing = (options.size ?? drafts.length) - drafts.length;
    const padding = Array.from({ length: missing }, () => set('never.recorded', 0));
    const recorded = recordLedger(this.stream, [...drafts, ...padding], this.#envelope(options.envelope)).slice(0, drafts.length);
    const events = recorded.map((each) => each.event);
    this.texts.push(...recorded);
    this.events.push(...events);
    this.stream = followAll(ledgerAggregate.apply, this.stream, events);
    return events;
  }

  /** Decides as the command loop does: versions that are not in the state are looked up in the history. */
  decide(
    command: Command,
    { guards = {}, actor = 'alice', key, fingerprint = 'f', reason, statement = 1 }: When = {},
  ): Exclude<Verdict<LedgerTypes>, { kind: 'needs' }> {
    const loaded = new Map<string | number, LoadedVersion>();
    let known: 1 | 2 | undefined;
    for (;;) {
      const decision = decide(ledgerAggregate, this.stream, command, {
        id: ID,
        actor,
        commandId: key ?? `command-${this.#sets + 1}`,
        keyed: true,
        fingerprint,
        reason: reason ?? null,
        guards,
        facts: ledgerFacts((version) => loaded.get(version), known),
        meant: null,
      });
      if (decision.kind !== 'needs') return decision;
      for (const { sort, key: version } of decision.needs) if (sort === 'version') loaded.set(version, this.versionAt(Number(version)));
      if (decision.needs.some(({ sort }) => sort === 'statement')) known = statement;
    }
  }

  /** Carries a command out; throws when it is not accepted. */
  execute(command: Command, when: When = {}): readonly Recorded<LedgerEvent>[] {
    const decision = this.decide(command, when);
    if (decision.kind !== 'accepted')
      throw new Error(`the given command ${command.type} came to '${decision.kind}': ${JSON.stringify(decision)}`);
    const { actor = 'alice', key, fingerprint = 'f' } = when;
    return this.record(decision.events, {
      envelope: { actor: { id: actor, method: 'token', roles: ['writer'] }, fingerprint, ...(key === undefined ? {} : { commandId: key }) },
    });
  }

  /** The ledger; throws while it does not exist. */
  get ledger(): Ledger {
    if (this.stream.state === null) throw new Error('the ledger does not exist');
    return this.stream.state;
  }

  /** What a reader of the log finds at a version. */
  versionAt(version: number): LoadedVersion {
    const nearest: number[] = [];
    let stream: LedgerStream = emptyStream(ID.stream);
    for (const event of this.events) {
      stream = followAll(ledgerAggregate.apply, stream, [event]);
      const head = stream.state?.head;
      if (head === undefined || head.version === null) continue;
      if (head.version === version) return { version, ordinal: head.ordinal, document: head.document };
      if (head.version !== nearest.at(-1)) nearest.push(head.version);
    }
    return {
      version,
      nearest: [nearest.findLast((each) => each < version), nearest.find((each) => each > version)].filter((each) => each !== undefined),
    };
  }

  #envelope(over: Partial<Envelope> = {}): Envelope {
    this.#sets += 1;
    const id = this.#sets;
    return {
      actor: { id: 'alice', method: 'token', roles: ['writer'] },
      reason: null,
      commandId: `command-${id}`,
      fingerprint: 'f',
      correlationId: `request-${id}`,
      causationId: null,
      traceparent: null,
      changeSetId: `set-${id}`,
      now: FIRST_INSTANT_MS + id * 1_000,
      ...over,
    };
  }
}

/** What a change set of a ledger is recorded as. */
export function recordLedger(
  stream: LedgerStream,
  drafts: readonly DraftEvent[],
  envelope: Envelope,
  { sign = fakeSign, macOf = null }: { readonly sign?: SignActivation; readonly macOf?: ((hash: string) => string) | null } = {},
): RecordedText<LedgerEvent>[] {
  const { schemaVersionOf } = ledgerAggregate;
  return [...recordEach(stream, drafts, envelope, { finish: signedBy(sign), macOf, schemaVersionOf })];
}

export function given(...steps: readonly Given[]): {
  readonly history: History;
  when(command: Command, when?: When): { then(expected: Expected): History };
} {
  const history = new History();
  for (const step of steps) take(history, step);
  return {
    history,
    when: (command, when = {}) => ({
      then(expected) {
        judge(history.decide(command, when), expected);
        if (Array.isArray(expected)) history.execute(command, when);
        return history;
      },
    }),
  };
}

function take(history: History, step: Given): void {
  if ('begun' in step) history.record(step.begun, { size: step.size });
  else if (isChangeSet(step)) history.record(step);
  else if ('data' in step) history.record([step]);
  else history.execute(step);
}

const isChangeSet = (step: Given): step is readonly DraftEvent[] => Array.isArray(step);

function judge(decision: Verdict<LedgerTypes>, expected: Expected): void {
  if (expected === 'nothing' || expected === 'repeated') return equal(decision.kind, expected, decision);
  if ('refused' in expected) return judgeRefusal(decision, expected);
  equal(decision.kind === 'accepted' ? decision.events : decision, expected, decision);
}

function judgeRefusal(decision: Verdict<LedgerTypes>, { refused: code, at, says }: Extract<Expected, { refused: RefusalCode }>): void {
  if (decision.kind !== 'refused') return equal(decision.kind, 'refused', decision);
  const { refusal } = decision;
  equal(refusal.code, code, decision);
  const [first] = refusal.details;
  if (first === undefined || first.message === '' || first.remedy === '')
    throw new Error(`the refusal ${code} does not say what to do: ${JSON.stringify(refusal)}`);
  if (at !== undefined) equal(first.path, at, decision);
  const words = [refusal.message, ...refusal.details.map((detail) => `${detail.message} ${detail.remedy}`)].join(' ');
  if (says && !says.test(words)) throw new Error(`the refusal ${code} says: ${words}; not ${says}`);
}

function equal(actual: unknown, expected: unknown, decision: Verdict<LedgerTypes>): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw Object.assign(
    new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)} (${JSON.stringify(decision)?.slice(0, 600)})`),
    { actual, expected },
  );
}
