// Which rules were in force in each ledger at each moment, and what they say of what was written and taken live, from the events of a log alone:
// the second opinion on every judgement. It calls nothing that decides.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { EventMetadata, Layer } from '@confledger/domain';
import type { EventStore, StoredEvent } from '../../../packages/application/src/index.js';
import { digestOf, laidOver, nested, setLeaf } from './replayed-ledger.js';
import { simplyJudged, type SimpleRule, type SimpleViolation } from './simple-judge.js';
import { added, inForce, isNearest, restartGlobs, type MountedRule } from './simple-rules.js';

/** The reason of a command that takes a schema although what is there breaks it. */
export const STANDING_ACCEPTED = 'standing: accepted';

/** The reason of a rollback that goes on with what it breaks. */
export const VIOLATIONS_ACCEPTED = 'acceptViolations: true';

/** What a ledger took live. */
export interface RuledRun {
  readonly ledger: string;
  readonly activation: number;
  readonly version: number;
  readonly own: JsonObject;
  readonly effective: JsonObject;
  readonly layers: readonly RuledRun[];
  /** Those of the ledger itself then, and of its layers, nearest first. */
  readonly rules: readonly MountedRule[];
  /** The ledger's own alone. */
  readonly schemas: ReadonlyMap<string, MountedRule>;
  readonly actor: string;
}

/** A ledger behind one of its change sets. */
export interface LedgerThen {
  /** Of the last event. */
  readonly revision: number;
  readonly position: bigint;
  readonly leaves: ReadonlyMap<string, JsonValue>;
  readonly schemas: ReadonlyMap<string, MountedRule>;
  /** Oldest first. */
  readonly ran: readonly RuledRun[];
}

export interface EnvironmentThen {
  readonly inheritsFrom: readonly string[];
  readonly abstract: boolean;
}

/** All environments behind one event of theirs. */
export interface EnvironmentsThen {
  readonly revision: number;
  readonly position: bigint;
  readonly byName: ReadonlyMap<string, EnvironmentThen>;
}

interface LoggedEvent {
  readonly type: string;
  readonly revision: number;
  readonly position: bigint;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

const NOTHING: LedgerThen = { revision: -1, position: 0n, leaves: new Map(), schemas: new Map(), ran: [] };

/** What there was to look at: a check of nothing would be none. */
export interface LookedAt {
  activations: number;
  /** Violations that a rollback brought back, because its sender accepted them. */
  accepted: number;
  /** Violations that stood when something was taken live. */
  standing: number;
  drafts: number;
  schemasHeld: number;
  /** Activations that ask for a restart. */
  restarting: number;
  /** Activations under a rule that came with a layer. */
  layered: number;
  /** Activations with a mount that is switched off. */
  switchedOff: number;
}

export const nothingLookedAt = (): LookedAt => {
  return { activations: 0, accepted: 0, standing: 0, drafts: 0, schemasHeld: 0, restarting: 0, layered: 0, switchedOff: 0 };
};

export class ReplayedRules {
  /** What does not keep to the rules. */
  readonly complaints: string[] = [];
  readonly lookedAt = nothingLookedAt();
  /** Of each ledger, by `<environment>.<service>`, oldest first. */
  readonly #ledgers = new Map<string, LedgerThen[]>();
  readonly #versions = new Map<string, JsonObject>();
  readonly #environments: EnvironmentsThen[] = [];

  /** Looks at a whole log. */
  static async of(store: EventStore): Promise<ReplayedRules> {
    const replayed = new ReplayedRules();
    let set: StoredEvent[] = [];
    for (const stored of await store.readAll({ after: 0n, limit: 10_000 })) {
      set.push(stored);
      const { index, size } = metadataOf(stored).changeSet;
      if (index + 1 < size) continue;
      replayed.#take(stored.stream, set.map(logged));
      set = [];
    }
    return replayed;
  }

  /** The states of a ledger, oldest first; the first is the one before there was any. */
  states(ledger: string): readonly LedgerThen[] {
    return [NOTHING, ...(this.#ledgers.get(ledger) ?? [])];
  }

  get environments(): readonly EnvironmentsThen[] {
    return this.#environments;
  }

  get ledgers(): readonly string[] {
    return [...this.#ledgers.keys()];
  }

  /** What of an environment's ancestors a ledger of a service is laid over, nearest first; where one runs nothing, its own stand in its place. */
  newest(environments: EnvironmentsThen, ledger: string, stateOf: (parent: string) => LedgerThen): readonly RuledRun[] {
    const [environment = '', service] = ledger.split('.');
    return (environments.byName.get(environment)?.inheritsFrom ?? []).flatMap((name) => {
      const parent = `${name}.${service}`;
      const run = stateOf(parent).ran.at(-1);
      return run === undefined ? this.newest(environments, parent, stateOf) : [run];
    });
  }

  #take(stream: string, set: readonly LoggedEvent[]): void {
    if (stream === 'environments') return this.#defined(set);
    if (!stream.startsWith('config-')) return;
    const ledger = stream.slice('config-'.length);
    const before = this.states(ledger).at(-1) ?? NOTHING;
    const written = this.#written(ledger, before, set);
    const activation = set.find(({ type }) => type === 'VersionActivated');
    const run = activation && this.#run(ledger, written, activation);
    const after = run === undefined ? written : { ...written, ran: [...before.ran, run] };
    this.#ledgers.set(ledger, [...(this.#ledgers.get(ledger) ?? []), after]);
    const facts = set[0]?.metadata.facts ?? {};
    const environments = this.#environments.find(({ revision }) => revision === facts['environments']);
    if (environments === undefined) return this.#complain(ledger, set, 'names no revision of environments');
    const isAbstract = environments.byName.get(ledger.split('.')[0] ?? '')?.abstract ?? false;
    const seen = { ledger, set, before, after, isAbstract };
    if (run !== undefined && activation !== undefined) this.#checkActivation({ ...seen, run, activation });
    else this.#checkDraft({ ...seen, layers: this.newest(environments, ledger, (parent) => this.#seen(parent, facts, ledger, set)) });
  }

  #defined(set: readonly LoggedEvent[]): void {
    for (const { type, data, revision, position } of set) {
      const byName = new Map(this.#environments.at(-1)?.byName);
      const { name, inheritsFrom = [], abstract = false } = data as Partial<EnvironmentThen> & { readonly name: string };
      if (type === 'EnvironmentDefined') byName.set(name, { inheritsFrom, abstract });
      this.#environments.push({ revision, position, byName });
    }
  }

  #written(ledger: string, before: LedgerThen, set: readonly LoggedEvent[]): LedgerThen {
    const leaves = new Map(before.leaves);
    const schemas = new Map(before.schemas);
    let last: number | null = null;
    for (const { type, data, revision } of set) {
      const event = data as never as { path: string; value: JsonValue; mount: string; schema: SimpleRule['schema'] };
      if (type === 'ConfigSet') setLeaf(leaves, event);
      if (type === 'ConfigDeleted') leaves.delete(event.path);
      if (type === 'ConfigSet' || type === 'ConfigDeleted') last = revision;
      // The order of mounts makes no difference: there is one schema at each.
      if (type === 'SchemaSet') schemas.set(event.mount, { mount: event.mount, schema: event.schema, ledger, revision });
      if (type === 'SchemaRemoved') schemas.delete(event.mount);
    }
    if (last !== null) this.#versions.set(`${ledger} ${last}`, nested(leaves));
    const { revision, position } = set.at(-1) ?? before;
    return { revision, position, leaves, schemas, ran: before.ran };
  }

  #run(ledger: string, { schemas }: LedgerThen, { data, revision, metadata }: LoggedEvent): RuledRun {
    const { version, layers: recorded = [] } = data as { version: number; layers?: readonly Layer[] };
    const own = version === 0 ? {} : this.#versions.get(`${ledger} ${version}`);
    if (own === undefined) throw new Error(`${ledger} has no version ${version}`);
    const layers = recorded.map((layer) => this.#layer(layer));
    const effective = laidOver(
      own,
      layers.map((layer) => layer.effective),
    );
    const rules = [...schemas.values(), ...layers.flatMap((layer) => layer.rules)];
    return { ledger, activation: revision, version, own, effective, layers, rules, schemas, actor: metadata.actor.id };
  }

  #layer({ ledger, activation }: Layer): RuledRun {
    const run = this.states(ledger)
      .at(-1)
      ?.ran.find((each) => each.activation === activation);
    if (run === undefined) throw new Error(`${ledger} has no activation ${activation}`);
    return run;
  }

  /** A parent as the decision saw it. */
  #seen(parent: string, facts: NonNullable<EventMetadata['facts']>, ledger: string, set: readonly LoggedEvent[]): LedgerThen {
    const revision = facts[`config-${parent}`];
    if (revision === undefined) this.#complain(ledger, set, `was not looked at over ${parent}`);
    return this.states(parent).findLast((each) => each.revision <= (revision ?? -1)) ?? NOTHING;
  }

  #checkActivation({ ledger, set, before, run, activation, isAbstract }: SeenActivation): void {
    const ran = before.ran.at(-1)?.effective ?? null;
    const { digest, restart = [] } = activation.data as { digest: string; restart?: readonly string[] };
    const { source } = activation.metadata;
    if (digestOf(run.effective) !== digest) this.#complain(ledger, set, 'has another digest');
    const brought = added(run.rules, ran, run.effective, isAbstract);
    const accepted = source?.kind === 'rollback' ? (source.acceptedViolations ?? 0) : 0;
    if (brought.length !== accepted)
      this.#complain(ledger, set, `brings ${brought.length} violations, of which ${accepted} were accepted: ${textOf(brought)}`);
    if (accepted > 0 && activation.metadata.reason !== VIOLATIONS_ACCEPTED)
      this.#complain(ledger, set, `brings ${accepted} violations that nobody accepted`);
    const globs = restartGlobs(run.rules);
    if (globs.join() !== restart.join()) this.#complain(ledger, set, `names ${restart.join()} for a restart, not ${globs.join()}`);
    this.#checkSchemas(ledger, set, run.rules, [run.effective], isAbstract);
    this.#count(run, ran, { brought: brought.length, restarts: restart.length > 0, isAbstract });
  }

  #count(run: RuledRun, ran: JsonObject | null, { brought, restarts: asks, isAbstract }: Counted): void {
    this.lookedAt.activations += 1;
    this.lookedAt.accepted += brought;
    this.lookedAt.standing += simplyJudged(inForce(run.rules), run.effective, isAbstract).length - (ran === null ? 0 : brought);
    if (asks) this.lookedAt.restarting += 1;
    if (inForce(run.rules).some(({ ledger }) => ledger !== run.ledger)) this.lookedAt.layered += 1;
    if (run.rules.some((rule) => rule.schema === true && isNearest(rule, run.rules))) this.lookedAt.switchedOff += 1;
  }

  #checkDraft({ ledger, set, before, after, layers, isAbstract }: SeenDraft): void {
    const rules = [...after.schemas.values(), ...layers.flatMap((layer) => layer.rules)];
    const below = layers.map((layer) => layer.effective);
    const [was, is] = [laidOver(nested(before.leaves), below), laidOver(nested(after.leaves), below)];
    const brought = added(rules, was, is, isAbstract);
    if (brought.length > 0) this.#complain(ledger, set, `drafts ${brought.length} violations: ${textOf(brought)}`);
    const runs = before.ran.at(-1)?.effective;
    this.#checkSchemas(ledger, set, rules, runs === undefined ? [is] : [is, runs], isAbstract);
    this.lookedAt.drafts += 1;
  }

  /** A schema that is set holds for head and for what runs, unless its sender accepted what stands, or it is given back by a rollback. */
  #checkSchemas(
    ledger: string,
    set: readonly LoggedEvent[],
    rules: readonly MountedRule[],
    documents: readonly JsonObject[],
    isAbstract: boolean,
  ): void {
    const [first] = set;
    if (first?.metadata.reason === STANDING_ACCEPTED || first?.metadata.source?.kind === 'rollback') return;
    const mounts = new Set(set.filter(({ type }) => type === 'SchemaSet').map(({ data }) => data['mount'] as string));
    const held = inForce(rules).filter(({ mount }) => mounts.has(mount));
    const broken = documents.flatMap((document) => simplyJudged(held, document, isAbstract));
    if (broken.length > 0) this.#complain(ledger, set, `sets a schema that does not hold: ${textOf(broken)}`);
    this.lookedAt.schemasHeld += held.length;
  }

  #complain(ledger: string, set: readonly LoggedEvent[], what: string): void {
    const events = set.map(({ type, revision }) => `${type} ${revision}`).join(', ');
    this.complaints.push(`${ledger}: ${events}: ${what}`);
  }
}

interface Seen {
  readonly ledger: string;
  readonly set: readonly LoggedEvent[];
  readonly before: LedgerThen;
  readonly after: LedgerThen;
  readonly isAbstract: boolean;
}

type SeenActivation = Seen & { readonly run: RuledRun; readonly activation: LoggedEvent };
type SeenDraft = Seen & { readonly layers: readonly RuledRun[] };
type Counted = { readonly brought: number; readonly restarts: boolean; readonly isAbstract: boolean };

const metadataOf = ({ metadata }: StoredEvent): EventMetadata => JSON.parse(metadata) as EventMetadata;

const textOf = (violations: readonly SimpleViolation[]): string => violations.map(({ key }) => key).join(' ');

function logged(stored: StoredEvent): LoggedEvent {
  const { type, revision, position, data } = stored;
  return { type, revision, position, data: JSON.parse(data) as JsonObject, metadata: metadataOf(stored) };
}
