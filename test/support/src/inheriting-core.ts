// Several apis of one installation over one store in memory, with environments that inherit and a follower: for specs of the application.
import {
  Authentication,
  createEnvironments,
  createLedgers,
  defineFirstEnvironments,
  ensureInstallation,
  runInheritance,
  type CommandOutcome,
  type EnvironmentsCore,
  type EventStore,
  type InheritanceEvent,
  type InheritanceOptions,
  type Keys,
  type LedgersCore,
  type LedgersOptions,
  type RunningLedger,
} from '../../../packages/application/src/index.js';
import { createInMemoryEventStore, InMemoryInheritanceBlocks } from '../../../packages/application/src/in-memory/testing.js';
import { decodeStored } from '../../../packages/application/src/codec.js';
import {
  ledgerAggregate,
  LedgerId,
  pastActivationOf,
  statementOf,
  type Command,
  type EnvironmentDefinition,
  type Guards,
  type StatementFact,
} from '@confledger/domain';
import { countingIds, testClock, testSigner, type TestClock } from './ledgers-core.js';

/** One api: ledgers and environments over the shared store. */
export interface TestApi {
  readonly ledgers: LedgersCore;
  readonly environments: EnvironmentsCore;
  define(name: string, definition?: Partial<EnvironmentDefinition>): Promise<void>;
  retire(name: string): Promise<void>;
  /** The outcome of a command; throws for a refusal. */
  done(ledger: string, command: Command, guards?: Guards): Promise<Extract<CommandOutcome, { kind: 'done' }>>;
  execute(ledger: string, command: Command, guards?: Guards): Promise<CommandOutcome>;
  /** What runs; null while nothing does. */
  running(ledger: string): Promise<unknown>;
}

export interface TestInstallation {
  readonly store: EventStore;
  readonly clock: TestClock;
  readonly blocks: InMemoryInheritanceBlocks;
  api(store?: EventStore, more?: Partial<LedgersOptions>): TestApi;
  /** What each ledger runs, by a walk over the whole log. */
  running(): ReturnType<InheritanceOptions['running']>;
  /** Starts a follower; the function ends it. */
  follow(api: TestApi, more?: Partial<InheritanceOptions>): { readonly told: InheritanceEvent[]; stop(): Promise<void> };
}

export interface InstallationOptions {
  readonly store?: EventStore;
  readonly statement?: () => StatementFact;
  /** Default: one whose signatures no public key verifies. */
  readonly signer?: Keys;
}

/** An installation with the environments of its first start. */
export async function testInstallation({
  store = createInMemoryEventStore(),
  statement = () => statementOf(2),
  signer = testSigner,
}: InstallationOptions = {}): Promise<TestInstallation> {
  const clock = testClock();
  const common = { store, clock, ids: countingIds('id'), signer };
  const record = await ensureInstallation(common);
  const authentication = new Authentication({ authority: signer, seals: record });
  await defineFirstEnvironments({ ...common, ...{ authentication } }, { names: [], existedBefore: false, edition: 0 });
  const blocks = new InMemoryInheritanceBlocks();
  const installation: TestInstallation = {
    store,
    clock,
    blocks,
    api(own = store, more = {}) {
      const facts = {
        oldNodes: async () => statement().oldNodes,
        olderApis: async () => ({ seen: statement().olderApis, unseenRuledOut: true }),
      };
      const parts = { ...common, store: own, authentication };
      const environments = createEnvironments({ ...parts, ...facts });
      const seals = { seals: record };
      const ledgers = createLedgers({
        ...parts,
        ...seals,
        statementFor: async () => statement(),
        environments: environments.facts,
        ...more,
      });
      return testApi(ledgers, environments);
    },
    running: () => runningIn(store),
    follow: (api, more = {}) => following(installation, api, more),
  };
  return installation;
}

const actor = { id: 'alice', method: 'token', roles: [] };
let requests = 0;

function testApi(ledgers: LedgersCore, environments: EnvironmentsCore): TestApi {
  const request = () => ({ actor, reason: 'test', request: '', correlationId: `r-${(requests += 1)}` });
  const execute: TestApi['execute'] = (ledger, command, guards = {}) =>
    ledgers.execute(idOf(ledger), command, { ...request(), ...{ guards } });
  return {
    ledgers,
    environments,
    execute,
    async define(name, definition = {}) {
      const type = name === 'production' || name === 'staging' ? name : 'development';
      const outcome = await environments.execute(
        { type: 'Define', name, definition: { type, edition: 0, ...definition } },
        { ...request(), ...{ guards: {} } },
      );
      if (outcome.kind === 'refused') throw new Error(`${outcome.refusal.code}: ${outcome.refusal.message}`);
    },
    async retire(name) {
      const outcome = await environments.execute({ type: 'Retire', name }, { ...request(), ...{ guards: {} } });
      if (outcome.kind === 'refused') throw new Error(`${outcome.refusal.code}: ${outcome.refusal.message}`);
    },
    async done(ledger, command, guards) {
      const outcome = await execute(ledger, command, guards);
      if (outcome.kind === 'refused') throw new Error(`${outcome.refusal.code}: ${outcome.refusal.message}`);
      return outcome;
    },
    running: async (ledger) => (await ledgers.active(idOf(ledger)))?.document.toJson() ?? null,
  };
}

function following({ store, blocks, running, clock }: TestInstallation, api: TestApi, more: Partial<InheritanceOptions>) {
  const told: InheritanceEvent[] = [];
  const stopping = new AbortController();
  const ended = runInheritance(
    {
      events: store,
      ledgers: api.ledgers,
      environments: api.environments.facts,
      running,
      blocks,
      clock,
      ids: countingIds('follower'),
      retryDelayMs: 1,
      onEvent: (event) => void told.push(event),
      ...more,
    },
    stopping.signal,
  );
  return {
    told,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

/** The fold that a read model makes, of the whole log. */
async function runningIn(store: EventStore): ReturnType<InheritanceOptions['running']> {
  const ledgers = new Map<string, RunningLedger>();
  let after = 0n;
  for (;;) {
    const page = await store.readAll({ after, limit: 500 });
    for (const stored of page) {
      const id = LedgerId.ofStream(stored.stream);
      if (id !== null && (stored.type === 'LedgerRetired' || stored.type === 'LedgerRestored')) {
        const known = ledgers.get(id.text);
        if (known !== undefined) ledgers.set(id.text, { ...known, retired: stored.type === 'LedgerRetired' });
      }
      if (id === null || stored.type !== 'VersionActivated') continue;
      const event = decodeStored(ledgerAggregate.events, stored);
      if (event.type !== 'VersionActivated') continue;
      const { activation, layers, pinned, definition } = pastActivationOf(event, null);
      ledgers.set(id.text, { ledger: id.text, activation, layers, pinned, definition, retired: false });
    }
    const last = page.at(-1);
    if (last === undefined) return { position: after, ledgers: [...ledgers.values()] };
    after = last.position;
  }
}

function idOf(ledger: string): LedgerId {
  const id = LedgerId.parse(ledger);
  if (id === null) throw new TypeError(`'${ledger}' is not the name of a ledger`);
  return id;
}
