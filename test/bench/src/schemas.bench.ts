// What schemas cost: a command whose value is judged beside the same command where nothing is, on Postgres; one changed leaf of a large section; a
// what-if over a long history; and how long a schema takes to be compiled.
import { createEnvironments, createLedgers, Authentication, defineFirstEnvironments, type EventStore } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import type { JsonObject } from '@confledger/document';
import { LedgerId, type Command, type Guards } from '@confledger/domain';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createSchemaJudge, type AjvSchemaJudge } from '@confledger/schemas-ajv';
import { startPostgres } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import { requestOf, testSigner } from '../../support/src/ledgers-core.js';
import { Report, median } from './report.js';

const PROPERTIES = 50;
const LEAVES = 500;
const COMMANDS = 600;
const VERSIONS = 20_000;

const clock = { now: () => Date.now() };
const ids = { next: () => randomUUID() };

/** An object of so many numbers, each with its limits, and the schema of it. */
const section = (members: number): JsonObject =>
  Object.fromEntries(Array.from({ length: members }, (_, index) => [`limit${index}`, index]));
const schemaOf = (members: number): JsonObject => ({
  type: 'object',
  required: ['limit0'],
  additionalProperties: false,
  properties: Object.fromEntries(
    Array.from({ length: members }, (_, index) => [`limit${index}`, { type: 'number', minimum: 0, maximum: 1_000_000, 'x-unit': 'USD' }]),
  ),
});

interface World {
  done(ledger: LedgerId, command: Command, guards?: Guards): Promise<void>;
  readonly ledgers: ReturnType<typeof createLedgers>;
}

async function world(store: EventStore, judge: AjvSchemaJudge): Promise<World> {
  const authentication = new Authentication({ authority: testSigner });
  const parts = { store, clock, ids, signer: testSigner, authentication };
  await defineFirstEnvironments(parts, { names: [], existedBefore: true });
  const environments = createEnvironments({
    ...parts,
    oldNodes: () => Promise.resolve([]),
    olderApis: () => Promise.resolve({ seen: [], unseenRuledOut: true }),
  });
  const ledgers = createLedgers({ store, clock, ids, signer: testSigner, environments: environments.facts, judge });
  return {
    ledgers,
    async done(ledger, command, guards = {}) {
      const request = requestOf(command, { guards });
      const outcome = await ledgers.execute(ledger, command, { ...request, request: randomUUID() });
      if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusal).slice(0, 500));
    },
  };
}

const report = new Report();
const judge = createSchemaJudge();
const postgres = await startPostgres({ durable: true });
const connectionString = await postgres.createDatabase('bench_schemas');
await migrateEventStore({ connectionString });
const store = createPostgresEventStore({ connectionString });
await commands(await world(store, judge));
await store.close();
await postgres.stop();
await oneOfMany(await world(createInMemoryEventStore(), judge));
await whatIf(await world(createInMemoryEventStore(), judge));
await compiling();
await judge.close();
report.save();

/** Two ledgers take turns, so that both meet the same moments of the machine. */
async function commands({ done }: World): Promise<void> {
  const [bare, judged] = [LedgerId.of('staging', 'bare'), LedgerId.of('staging', 'judged')];
  const configuration = { risk: section(PROPERTIES), other: section(LEAVES - PROPERTIES) };
  for (const ledger of [bare, judged]) await done(ledger, { type: 'Create', configuration }, { activate: true });
  await done(judged, { type: 'SetSchema', mount: 'risk', dialect: '2020-12', schema: schemaOf(PROPERTIES) }, { activate: true });
  for (const [name, path, guards] of [
    ['draft below the mount', 'risk.limit7', {}],
    ['draft elsewhere', 'other.limit7', {}],
    ['write that goes live below the mount', 'risk.limit7', { activate: 'all' }],
  ] as const) {
    const tookMs = { bare: [] as number[], judged: [] as number[] };
    for (let round = 0; round < COMMANDS; round += 1) {
      for (const [which, ledger] of [
        ['bare', bare],
        ['judged', judged],
      ] as const) {
        const began = performance.now();
        await done(ledger, { type: 'Set', path, value: round + 1 }, guards);
        tookMs[which].push(performance.now() - began);
      }
    }
    const [without, withSchema] = [median(tookMs.bare), median(tookMs.judged)];
    report.add(`${name}: without a schema, median`, without, 'ms');
    report.add(`${name}: with one of ${PROPERTIES} properties, median`, withSchema, 'ms');
    report.atMost(`${name}: with / without`, withSchema / without, '×', 1.1);
  }
}

/** The mount that is not touched costs the same whatever the document has. */
async function oneOfMany({ done }: World): Promise<void> {
  const MEMBERS = 10_000;
  const ledger = LedgerId.of('staging', 'wide');
  await done(ledger, { type: 'Create', configuration: { wide: section(MEMBERS), small: section(PROPERTIES) } });
  await done(ledger, { type: 'SetSchema', mount: 'small', dialect: '2020-12', schema: schemaOf(PROPERTIES) });
  await done(ledger, {
    type: 'SetSchema',
    mount: 'wide.*',
    dialect: '2020-12',
    schema: { type: 'number', minimum: 0 },
  });
  const tookMs: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    const began = performance.now();
    await done(ledger, { type: 'Set', path: 'wide.limit77', value: -0 + round + 1 });
    tookMs.push(performance.now() - began);
  }
  report.add(`one of ${MEMBERS} members of an object, each judged by a mount of its own, in memory, median`, median(tookMs), 'ms');
}

async function whatIf({ done, ledgers }: World): Promise<void> {
  const ledger = LedgerId.of('staging', 'history');
  await done(ledger, { type: 'Create', configuration: { risk: section(PROPERTIES), other: { tick: 0 } } });
  for (let version = 0; version < VERSIONS; version += 1)
    await done(ledger, { type: 'Set', path: version % 10 === 0 ? 'risk.limit7' : 'other.tick', value: version + 1 });
  for (const [name, mount, aim] of [
    ['where the mount did not change', 'absent', 20_000],
    ['where every tenth version changes it', 'risk', null],
  ] as const) {
    const began = performance.now();
    const asked = { mount, dialect: '2020-12', schema: schemaOf(PROPERTIES), of: 'versions' } as const;
    const answer = await ledgers.whatIf(ledger, asked, new AbortController().signal);
    if (answer.kind === 'refused') throw new Error(answer.refusal.message);
    for await (const line of answer.lines) if (line.kind === 'end') break;
    const rate = VERSIONS / ((performance.now() - began) / 1_000);
    if (aim === null) report.add(`what-if, versions a second ${name}`, rate, '/s');
    else report.atLeast(`what-if, versions a second ${name}`, rate, '/s', aim);
  }
}

async function compiling(): Promise<void> {
  for (const members of [PROPERTIES, 1_900]) {
    const fresh = createSchemaJudge();
    const began = performance.now();
    await fresh.examine({ dialect: '2020-12', schema: schemaOf(members) });
    report.add(`a schema of ${members} properties, examined and compiled, the start of a child included`, performance.now() - began, 'ms');
    await fresh.close();
  }
}
