// The sentence that specs of the ledger are written in: given(change sets).when(command).then(events | refused | nothing). It imports the
// sources of domain: classes with private members are equal to themselves only.
import { Document } from '@confledger/document';
import {
  decide,
  emptyStream,
  followAll,
  layersKey,
  layersOfKey,
  LedgerId,
  ledgerAggregate,
  pastActivationOf,
  recordEach,
  signedBy,
  UNKEPT_ENVIRONMENT,
  type Base,
  type Command,
  type DraftEvent,
  type Envelope,
  type EnvironmentFact,
  type Facts,
  type Guards,
  type Layer,
  type Ledger,
  type LedgerEvent,
  type LedgerStream,
  type LedgerTypes,
  type LoadedVersion,
  type PastActivation,
  type PromotedVersion,
  type Recorded,
  type RecordedText,
  type SchemaDocument,
  type Schemas,
  type SignActivation,
  type ToBeSaid,
  type Verdict,
} from '../../../packages/domain/src/index.js';
import { set } from './ledger-drafts.js';
import { baseOf, type Parent } from './ledger-parents.js';
import { ledgerFacts } from './ledger-facts.js';
import { plainlyExamined, plainlySaid } from './plain-judge.js';
import { judge, type Expected } from './ledger-judgement.js';

export { refused, type Expected } from './ledger-judgement.js';
export { baseOf, type Parent } from './ledger-parents.js';
export { created, set, schemaSet, schemaRemoved, deleted, tagged, untagged, retired, restored, activated } from './ledger-drafts.js';

export const LEDGER = 'production.trading-engine';
export const ID = LedgerId.of('production', 'trading-engine');

/** A day that is none: 2026-01-05, 09:00 UTC. Each change set is a second later than the one before. */
export const FIRST_INSTANT_MS = Date.UTC(2026, 0, 5, 9);

const ROUNDS_MAX = 3;

/** A signature that can be told from others, made of what it covers. */
export const fakeSign: SignActivation = ({ origin, ...rest }) => ({
  keyId: '0123456789abcdef',
  signature: Buffer.from(JSON.stringify({ origin: origin.length, ...rest })).toString('base64url'),
});

/** A change set that was begun and never completed: its first events only. */
export interface Abandoned {
  readonly begun: readonly DraftEvent[];
  readonly size: number;
}
export const abandoned = (...begun: readonly DraftEvent[]): Abandoned => ({ begun, size: begun.length + 1 });

/** A command that was carried out in its own circumstances. */
export interface CarriedOut {
  readonly command: Command;
  readonly when: When;
}
export const carriedOut = (command: Command, when: When): CarriedOut => ({ command, when });

export type Given = DraftEvent | readonly DraftEvent[] | Abandoned | Command | CarriedOut;

export interface When {
  readonly guards?: Guards;
  readonly actor?: string;
  readonly key?: string;
  readonly fingerprint?: string;
  readonly reason?: string;
  /** The newest form of statement that every node can verify; 1 by default. */
  readonly statement?: 1 | 2;
  /** Live nodes without form 2, and apis of an older release. */
  readonly oldNodes?: readonly string[];
  readonly olderApis?: readonly string[];
  /** The ledger's environment; one that inherits from none by default. */
  readonly environment?: EnvironmentFact;
  /** What the parents run: layers, nearest first, with their documents. */
  readonly parents?: readonly Parent[];
  /** What is promoted. */
  readonly promoted?: PromotedVersion;
  /** What the command's word meant when it was decided first. */
  readonly meant?: number;
  /** Ledgers that run over this one. */
  readonly usedBy?: readonly string[];
}

/** A history in the making. Every step is what the ledger itself would have written, or a change set spelled out. */
export class History {
  readonly events: Recorded<LedgerEvent>[] = [];
  readonly texts: RecordedText<LedgerEvent>[] = [];
  stream: LedgerStream = emptyStream(ID.stream);
  #sets = 0;
  /** Parents that were given in any step, by their layer. */
  readonly #parents = new Map<string, Parent>();

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

  /** Decides as the command loop does: what is not in the state is looked up in the history, and everything is loaded when it is asked for. */
  decide(command: Command, when: When = {}): Exclude<Verdict<LedgerTypes>, { kind: 'needs' }> {
    const { guards = {}, actor = 'alice', key, fingerprint = 'f', reason = null } = when;
    const loaded = new Set<string>();
    const known = this.#facts(when);
    for (let rounds = 0; ; rounds += 1) {
      const decision = decide(ledgerAggregate, this.stream, command, {
        id: ID,
        actor,
        commandId: key ?? `command-${this.#sets + 1}`,
        keyed: true,
        fingerprint,
        reason,
        guards,
        facts: { get: (sort, of, subject) => (loaded.has(`${sort} ${of}`) ? known.get(sort, of, subject) : undefined) },
        meant: when.meant ?? null,
      });
      if (decision.kind !== 'needs') return decision;
      if (rounds === ROUNDS_MAX) throw new Error(`asked a fourth time: ${JSON.stringify(decision.needs)}`);
      for (const { sort, key: of } of decision.needs) loaded.add(`${sort} ${of}`);
    }
  }

  #facts({
    statement = 1,
    oldNodes = [],
    olderApis = [],
    environment = UNKEPT_ENVIRONMENT,
    parents = [],
    promoted,
    usedBy = [],
  }: When): Facts<LedgerTypes> {
    for (const each of parents) this.#parents.set(layersKey([each.layer]), each);
    return ledgerFacts({
      version: (version) => this.versionAt(Number(version)),
      statement: () => ({ form: statement, oldNodes, olderApis }),
      environment: () => environment,
      newest: () => baseOf(parents),
      draftBase: () => baseOf(parents),
      promoted: () => promoted,
      usedBy: () => usedBy,
      laid: (text) => this.#laid(layersOfKey(String(text))),
      examined: (_key, subject) => plainlyExamined(subject as SchemaDocument),
      said: (_key, subject) => plainlySaid(subject as ToBeSaid),
      schemasAt: (activation) => this.schemasAt(Number(activation)),
      activation: (revision) => this.activationsBefore().find(({ activation }) => activation === revision) ?? null,
      latestActivation: (version) => this.activationsBefore().findLast((each) => each.version === version) ?? null,
    });
  }

  /** Undefined where one of them was not given: whoever needs it asks for ever. */
  #laid(layers: readonly Layer[]): Base | undefined {
    const parents = layers.flatMap((layer) => this.#parents.get(layersKey([layer])) ?? []);
    return parents.length === layers.length ? baseOf(parents) : undefined;
  }

  /** Every activation in the history, oldest first. */
  activationsBefore(): PastActivation[] {
    return this.events.flatMap((event) => (event.type === 'VersionActivated' ? [pastActivationOf(event, null)] : []));
  }

  /** The ledger's own schemas at an activation. */
  schemasAt(activation: number): Schemas {
    const events = this.events.filter(({ revision }) => revision <= activation);
    return followAll(ledgerAggregate.apply, emptyStream(ID.stream) as LedgerStream, events).state?.schemas ?? new Map();
  }

  /** Carries a command out; throws when it is not accepted. */
  execute(command: Command, when: When = {}): readonly Recorded<LedgerEvent>[] {
    const decision = this.decide(command, when);
    if (decision.kind !== 'accepted')
      throw new Error(`the given command ${command.type} came to '${decision.kind}': ${JSON.stringify(decision)}`);
    const { actor = 'alice', key, fingerprint = 'f' } = when;
    const { source } = decision;
    return this.record(decision.events, {
      envelope: {
        ...(source !== undefined && { source }),
        actor: { id: actor, method: 'token', roles: ['writer'] },
        fingerprint,
        ...(key === undefined ? {} : { commandId: key }),
      },
    });
  }

  /** The ledger; throws while it does not exist. */
  get ledger(): Ledger {
    if (this.stream.state === null) throw new Error('the ledger does not exist');
    return this.stream.state;
  }

  /** What a reader of the log finds at a version. */
  versionAt(version: number): LoadedVersion {
    if (version === 0) return { version, ordinal: 0, document: Document.empty };
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
  else if ('when' in step) history.execute(step.command, step.when);
  else history.execute(step);
}

const isChangeSet = (step: Given): step is readonly DraftEvent[] => Array.isArray(step);
