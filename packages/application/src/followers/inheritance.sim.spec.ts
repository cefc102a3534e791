// Several apis and a follower that is killed anywhere, over random environments that are redefined while they run. A failure prints its
// seed; run one again with CONFLEDGER_SIM_SEED.
import {
  ENVIRONMENTS_STREAM,
  environmentFactOf,
  environmentsAggregate,
  followAll,
  emptyStream,
  ledgerAggregate,
  LedgerId,
  pastActivationOf,
  type Command,
  type Guards,
  type LedgerEvent,
  type PastActivation,
  type Recorded,
} from '@confledger/domain';
import { eventually } from '@confledger/test-support';
import { expect, test } from 'vitest';
import { testInstallation, type TestApi, type TestInstallation } from '../../../../test/support/src/inheriting-core.js';
import { randomOf, unsteady } from '../../../../test/support/src/unsteady.js';
import { decodeStored } from '../codec.js';
import { KeptStream } from '../loading/kept-stream.js';
import { CommandOutcomeUnknown } from '../commands/outcome.js';
import { createLedgerReader } from '../ledger/ledger-versions.js';
import { Layering } from '../ledger/layering.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import { INHERITANCE_ACTOR } from './inheritance.js';
import { InheritanceIndex } from './inheritance-index.js';

const SEEDS = process.env['CONFLEDGER_SIM_SEED'] === undefined ? [1, 2, 3, 4, 5, 6] : [Number(process.env['CONFLEDGER_SIM_SEED'])];
const ENVIRONMENTS = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'] as const;
const SERVICES = ['desk', 'gateway'] as const;
const CLIENTS = 4;
const CALLS_PER_CLIENT = 25;

/** Whatever moves: a rollback to what ran is answered, or its own writers were too many. */
const ROLLBACK_REFUSALS = new Set(['WRITE_CONFLICT']);

type Random = () => number;

test.each(SEEDS)(
  'seed %d: what runs can be recomputed, nobody is moved who did not ask, and those that follow arrive',
  { timeout: 60_000 },
  async (seed) => {
    const random = randomOf(seed);
    const given = await testInstallation();
    const apis = [1, 2, 3].map(() => given.api(unsteady(given.store, random)));
    const first = apis[0] as TestApi;
    for (const name of ENVIRONMENTS) await first.define(name).catch(() => undefined);
    const followers = new Followers(given, random);
    const clients = Array.from({ length: CLIENTS }, () => client({ apis, random, onCall: () => followers.maybeReplace() }));
    const refusals = (await Promise.all(clients)).flat();
    expect(refusals.filter(({ code }) => !ROLLBACK_REFUSALS.has(code))).toEqual([]);
    await followers.replace();
    await eventually(async () => expect(await behind(given, given.api())).toEqual([]));
    await followers.stop();
    await assertHistory(given.store);
  },
);

/** One follower at a time as a rule, sometimes two, each killed at any moment: its api is left with whatever is under way. */
class Followers {
  readonly #given: TestInstallation;
  readonly #random: Random;
  #running: { stop(): Promise<void> }[] = [];

  constructor(given: TestInstallation, random: Random) {
    this.#given = given;
    this.#random = random;
  }

  maybeReplace(): void {
    if (this.#random() < 0.1) void this.replace();
  }

  async replace(): Promise<void> {
    const before = this.#running;
    this.#running = [this.#given.follow(this.#given.api(unsteady(this.#given.store, this.#random)), { lookAgainMs: 20 })];
    await Promise.all(before.map((each) => each.stop()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((each) => each.stop()));
  }
}

interface ClientOptions {
  readonly apis: readonly TestApi[];
  readonly random: Random;
  readonly onCall: () => void;
}

/** Makes random calls, and answers what rollbacks to activations that ran were refused with. */
async function client({ apis, random, onCall }: ClientOptions): Promise<{ readonly code: string; readonly ledger: string }[]> {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const refused: { code: string; ledger: string }[] = [];
  const seen = new Map<string, number[]>();
  for (let call = 0; call < CALLS_PER_CLIENT; call += 1) {
    onCall();
    const api = pick(apis);
    try {
      if (random() < 0.12) {
        await redefine(api, random, pick);
        continue;
      }
      const ledger = `${pick(ENVIRONMENTS)}.${pick(SERVICES)}`;
      const ran = seen.get(ledger) ?? [];
      const [command, guards] = callOn(random, pick, ran);
      const outcome = await api.execute(ledger, command, guards);
      if (outcome.kind === 'refused' && command.type === 'RollbackTo') refused.push({ code: outcome.refusal.code, ledger });
      if (outcome.kind === 'done' && outcome.activated !== null) seen.set(ledger, [...ran, outcome.activated.activation]);
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable || error instanceof CommandOutcomeUnknown)) throw error;
    }
  }
  return refused;
}

async function redefine(api: TestApi, random: Random, pick: <T>(items: readonly T[]) => T): Promise<void> {
  const name = pick(ENVIRONMENTS);
  const parents = ENVIRONMENTS.filter((each) => each !== name && random() < 0.3).slice(0, 2);
  const inherited = random() < 0.7 ? 'automatic' : 'explicit';
  // What would be a cycle, or an ancestor by two ways, is refused.
  await api.define(name, { inheritsFrom: parents, policy: { inherited } }).catch((error: unknown) => {
    if (!(error instanceof Error && error.message.startsWith('ENVIRONMENT_'))) throw error;
  });
}

function callOn(random: Random, pick: <T>(items: readonly T[]) => T, ran: readonly number[]): [Command, Guards] {
  const path = pick(['a', 'b', 'c.d', 'c.e', 'limits.btc']);
  const set = { type: 'Set', path, value: Math.floor(random() * 5) } as const;
  const chance = random();
  if (chance < 0.35) return [set, { activate: 'all' }];
  if (chance < 0.45) return [set, {}];
  if (chance < 0.5) return [{ type: 'Set', path: 'c', value: {} }, { activate: 'all' }];
  if (chance < 0.55) return [{ type: 'Set', path: '$inherit.hide', value: [path] }, { activate: 'all' }];
  if (chance < 0.75) return [{ type: 'Activate', version: random() < 0.2 ? 0 : 'latest', layers: random() < 0.3 ? 'kept' : 'newest' }, {}];
  const activation = ran.length > 0 ? pick(ran) : null;
  if (chance < 0.9 && activation !== null) return [{ type: 'RollbackTo', activation }, {}];
  return [{ type: 'Rollback', version: 'previous' }, {}];
}

async function behind({ running }: TestInstallation, api: TestApi): Promise<string[]> {
  await api.environments.fresh();
  const index = new InheritanceIndex(api.environments.facts);
  for (const each of (await running()).ledgers) index.put(each);
  return [...index.behind()];
}

/** Looks at every activation of the log: from a cold start, from the events alone. */
async function assertHistory(store: EventStore): Promise<void> {
  const reader = createLedgerReader({ store });
  const states = new Map<string, ReturnType<typeof keptStreamOf>>();
  const keptStreamOf = (id: LedgerId) => new KeptStream(id, reader);
  const layering = new Layering({
    reader,
    keptOf(id) {
      const known = states.get(id.stream) ?? keptStreamOf(id);
      states.set(id.stream, known);
      return known;
    },
  });
  for (const { id, past, event, before } of await activationsIn(store)) {
    expect((await layering.documentOf(id, past)).digest).toBe(past.digest);
    if (event.metadata.actor.id !== INHERITANCE_ACTOR.id) continue;
    // It moves nobody who is pinned, or whose environment did not follow as it was known then; and never takes another version.
    expect(before).toMatchObject({ pinned: false, version: past.version });
    const fact = await environmentThen(store, event, id);
    expect([id.text, fact.policy.inherited]).toEqual([id.text, 'automatic']);
  }
}

interface ActivationThen {
  readonly id: LedgerId;
  readonly event: Recorded<LedgerEvent>;
  readonly past: PastActivation;
  readonly before: PastActivation | null;
}

async function activationsIn(store: EventStore): Promise<ActivationThen[]> {
  const found: ActivationThen[] = [];
  const newest = new Map<string, PastActivation>();
  for (const stored of await store.readAll({ after: 0n, limit: 10_000 })) {
    const id = LedgerId.ofStream(stored.stream);
    if (id === null || stored.type !== 'VersionActivated') continue;
    const event = decodeStored(ledgerAggregate.events, stored);
    if (event.type !== 'VersionActivated') continue;
    const before = newest.get(id.text) ?? null;
    const past = pastActivationOf(event, before?.activation ?? null);
    found.push({ id, event, past, before });
    newest.set(id.text, past);
  }
  return found;
}

/** The environment as the decision saw it: at the revision that it recorded. */
async function environmentThen(store: EventStore, { metadata }: Recorded<LedgerEvent>, { environment }: LedgerId) {
  const seen = metadata.facts?.[ENVIRONMENTS_STREAM] ?? -1;
  const events = (await store.readStream(ENVIRONMENTS_STREAM, { limit: seen + 1 })).map((stored) =>
    decodeStored(environmentsAggregate.events, stored),
  );
  const { state, revision } = followAll(environmentsAggregate.apply, emptyStream(ENVIRONMENTS_STREAM), events);
  return environmentFactOf(state, revision, environment);
}
