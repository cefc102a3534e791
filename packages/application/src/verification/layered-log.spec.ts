// What ledgers with parents took live is verified from child and parents alone; whose parent cannot be read is named as not verifiable.
import { activationStatement } from '@confledger/contracts';
import { logOf, metadataOf, rehashed, SigningKey } from '@confledger/test-support';
import { beforeAll, expect, test } from 'vitest';
import { testInstallation, type TestApi } from '../../../../test/support/src/inheriting-core.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { Finding, Verification } from './findings.js';
import { verifyLog } from './verify-log.js';

const keys = new SigningKey();
const [BASE, STAGING, TOKYO] = ['config-base.desk', 'config-staging.desk', 'config-tokyo.desk'];

let store: EventStore;
let events: readonly StoredEvent[];

/** base → staging → tokyo, each with a ledger; one that hides, one that runs version 0, rollbacks, and activations of older versions. */
async function write(api: TestApi): Promise<void> {
  await api.define('base', { abstract: true });
  await api.define('staging', { type: 'staging', inheritsFrom: ['base'] });
  await api.define('tokyo', { inheritsFrom: ['staging'] });
  await api.done('base.desk', { type: 'Create', configuration: { limit: 1, fee: { maker: 1, taker: 2 } } }, { activate: true });
  await api.done('staging.desk', { type: 'Create', configuration: { name: 'staging' } }, { activate: true });
  await api.done('tokyo.desk', { type: 'Activate', version: 0 });
  await api.done('base.desk', { type: 'Set', path: 'limit', value: 2 }, { activate: true });
  const hide = { type: 'Merge', patch: { $inherit: { hide: ['fee.taker'] } } } as const;
  await api.done('staging.desk', hide, { activate: true });
  await api.done('staging.desk', { type: 'Activate', version: 'active' });
  await api.done('tokyo.desk', { type: 'Set', path: 'zone', value: 'JST' }, { activate: true });
  await api.done('tokyo.desk', { type: 'Activate', version: 'active' });
  await api.done('tokyo.desk', { type: 'Rollback', version: 'previous' });
  await api.done('staging.desk', { type: 'Rollback', version: 'previous' });
  await api.done('base.desk', { type: 'Rollback', version: 'previous' });
  await api.done('tokyo.desk', { type: 'Activate', version: 'active' });
}

beforeAll(async () => {
  const given = await testInstallation({ signer: keys });
  store = given.store;
  await write(given.api());
  events = await store.readAll({ after: 0n, limit: 1_000 });
});

async function verified(log: Parameters<typeof verifyLog>[0]['store'], authority: SigningKey | null = keys) {
  const findings: Finding[] = [];
  for await (const event of verifyLog({ store: log, authority, publicKey: keys.publicKey })) {
    if (event.kind === 'finding') findings.push(event);
    if (event.kind === 'result') return { findings, result: event as Verification };
  }
  throw new Error('there was no result');
}

type Layers = { activation: number; digest: string; ledger: string; origin: string; version: number }[];
type Data = { version: number; digest: string; own: string; layers: Layers; pinned: boolean; definition: number | null };

const dataOf = ({ data }: StoredEvent): Data => JSON.parse(data) as Data;
const activationsOf = (stream: string): StoredEvent[] =>
  events.filter((each) => each.stream === stream && each.type === 'VersionActivated');
const activation = (stream: string, index: number): StoredEvent => {
  const found = activationsOf(stream)[index];
  if (found === undefined) throw new Error(`there is no activation ${index} of ${stream}`);
  return found;
};
const macOf = (hash: string): string => keys.mac(Buffer.from(hash, 'hex'));
const layerOf = (event: StoredEvent): Layers[number] => {
  const [first] = events.filter(({ stream }) => stream === event.stream);
  const { version, digest } = dataOf(event);
  return { ledger: event.stream.slice('config-'.length), origin: first?.id ?? '', activation: event.revision, version, digest };
};

type Change = readonly [event: StoredEvent, change: object];

/** The log of one who has the mac key: activations say something else, and hashes and macs are made anew. */
function altered(...changes: readonly Change[]): ReturnType<typeof logOf> {
  return logOf(alteredEvents(changes, events));
}

/** The same of one who has the signing key too. The streams end there: what comes behind is signed over the hash before it. */
function forged(...changes: readonly Change[]): ReturnType<typeof logOf> {
  const ends = new Map(changes.map(([{ stream, revision }]) => [stream, revision]));
  const begun = events.filter(({ stream, revision }) => revision <= (ends.get(stream) ?? Infinity));
  return logOf(
    alteredEvents(
      changes.map(([event, change]): Change => [event, { ...change, signature: signatureOf(event, change) }]),
      begun,
    ),
  );
}

function alteredEvents(changes: readonly Change[], log: readonly StoredEvent[]): readonly StoredEvent[] {
  const made = new Map(changes.map(([event, change]) => [event, { ...event, data: JSON.stringify({ ...dataOf(event), ...change }) }]));
  const replaced = log.map((event) => made.get(event) ?? event);
  return changes.reduce((rest, [{ stream }]) => rehashed(rest, stream, { macOf }), replaced);
}

function signatureOf(event: StoredEvent, change: object): string {
  const { pending: _, signature: __, ...data } = { ...(JSON.parse(event.data) as ActivationStatement2), ...change };
  const { actor, occurredAt, previousHash } = metadataOf(event) as { actor: { id: string }; occurredAt: string; previousHash: string };
  const { ledger, origin } = layerOf(event);
  return keys.sign(activationStatement(ledger, { ...data, origin, activation: event.revision, previousHash, actor: actor.id, occurredAt }));
}

type ActivationStatement2 = Parameters<typeof activationStatement>[1] & { readonly pending: number; readonly signature: string };

test('a log of child and parents holds: over newest, kept and recorded layers, hiding, and version 0', async () => {
  expect(await verified(store)).toMatchObject({ findings: [], result: { holds: true } });
  const said = [...activationsOf(STAGING), ...activationsOf(TOKYO)].map(dataOf);
  expect(said.map(({ layers }) => layers.map(({ ledger }) => ledger))).toContainEqual(['base.desk']);
  expect(said.filter(({ layers, own, digest }) => layers.length > 0 && own !== digest).length).toBeGreaterThan(6);
  expect(said.some(({ version }) => version === 0)).toBe(true);
  expect(said.some(({ pinned }) => pinned)).toBe(true);
});

test('it holds without the mac key too, and read whole a second time', async () => {
  expect(await verified(store, null)).toMatchObject({ findings: [], result: { holds: true } });
});

test.each([
  ['layers', { layers: [] }],
  ['pinned', { pinned: true }],
  ['definition', { definition: 0 }],
])('the signature covers the %s of an activation', async (_, change) => {
  const event = activation(STAGING, 0);
  const reason = 'its signature does not hold';
  expect((await verified(altered([event, change]))).findings[0]).toMatchObject({ stream: STAGING, revision: event.revision, reason });
});

test('an activation whose digest child and parents do not give is named, whoever signed it', async () => {
  const event = activation(TOKYO, 1);
  const { version } = dataOf(event);
  const { findings } = await verified(forged([event, { digest: dataOf(activation(TOKYO, 0)).own }]));
  expect(findings).toEqual([
    expect.objectContaining({
      ...{ stream: TOKYO, revision: event.revision },
      reason: `its digest is not that of version ${version} over its layers`,
    }),
  ]);
  expect(findings[0]).not.toHaveProperty('unverifiable');
});

test('layers that give another document are named, and so are layers that are not what their ledger holds', async () => {
  const event = activation(STAGING, 0);
  const [layer] = dataOf(event).layers;
  const other = layerOf(activation(BASE, 1));
  const cases: readonly [object, string | RegExp][] = [
    [other, /^its digest is not that of version \d+ over its layers$/],
    [{ ...layer, activation: 1 }, 'it stands on activation 1 of base.desk, which is no activation'],
    [{ ...layer, origin: 'another' }, `it stands on activation ${layer?.activation} of base.desk as something else than that is`],
    [{ ...layer, digest: other.digest }, `it stands on activation ${layer?.activation} of base.desk as something else than that is`],
    [{ ...layer, version: other.version }, `it stands on activation ${layer?.activation} of base.desk as something else than that is`],
    [{ ...layer, ledger: 'nothing' }, "it stands on 'nothing', which is not the name of a ledger"],
  ];
  for (const [changed, reason] of cases) {
    const { findings } = await verified(forged([event, { layers: [changed] }]));
    expect(findings.find(({ stream }) => stream === STAGING)).toMatchObject({
      revision: event.revision,
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    });
  }
});

const said = ({ stream, unverifiable }: Finding): string => `${stream} ${unverifiable ?? null}`;

test('a child of a parent that does not hold cannot be verified, which is said with the name of the parent, and is not wrong', async () => {
  const change = events.find(({ stream, type }) => stream === BASE && type === 'ConfigSet');
  const data = change?.data.replace('}', ',"more":1}') ?? '';
  const { findings, result } = await verified(logOf(events.map((each) => (each === change ? { ...each, data } : each))));
  expect(result.holds).toBe(false);
  expect(findings.map(said).sort()).toEqual([`${BASE} null`, `${STAGING} base.desk`, `${TOKYO} base.desk`]);
  const child = findings.find(({ stream }) => stream === STAGING);
  expect(child).toMatchObject({
    revision: activation(STAGING, 0).revision,
    reason: expect.stringMatching(/^it cannot be verified: its parent base\.desk cannot be read/),
  });
});

test('so is one whose parent was altered with all hashes computed anew, also without the mac key', async () => {
  const change = events.find(({ stream, type }) => stream === BASE && type === 'ConfigSet');
  const log = events.map((each) => (each === change ? { ...each, data: each.data.replace(/\d/, '7') } : each));
  for (const authority of [keys, null]) {
    const { findings } = await verified(logOf(rehashed(log, BASE)), authority);
    expect(findings.map(said).sort()).toEqual([`${BASE} null`, `${STAGING} base.desk`, `${TOKYO} base.desk`]);
  }
});

test('an activation over what holds is verified, though its parent is broken behind it', async () => {
  const last = activationsOf(BASE).at(-1);
  const { findings } = await verified(logOf(events.map((each) => (each === last ? { ...each, data: '{}' } : each))));
  expect(findings).toMatchObject([{ stream: BASE }]);
});

test('a parent whose stream was taken out of the log leaves its children not verifiable', async () => {
  const { findings, result } = await verified(logOf(events.filter(({ stream }) => stream !== BASE)));
  expect(result.holds).toBe(false);
  const children = findings.filter(({ stream }) => stream === STAGING || stream === TOKYO);
  expect(children.map(({ unverifiable }) => unverifiable)).toEqual(['base.desk', 'base.desk']);
});

test('so is one whose parent says a digest that its own parts do not give, and was signed so', async () => {
  const [parent, child] = [activation(STAGING, 0), activation(TOKYO, 0)];
  const digest = dataOf(activation(STAGING, 1)).digest;
  const { findings } = await verified(forged([parent, { digest }], [child, { digest, layers: [{ ...layerOf(parent), digest }] }]));
  expect(findings).toMatchObject([
    { stream: STAGING, revision: parent.revision, reason: expect.stringMatching(/^its digest is not that of version/) },
    { stream: TOKYO, revision: child.revision, unverifiable: 'staging.desk' },
  ]);
});

test('activations that name each other as layers are named both, and the verification comes to its end', async () => {
  const [one, other] = [activation(STAGING, 0), activation(TOKYO, 0)];
  const digest = 'f'.repeat(64);
  const naming = (event: StoredEvent) => ({ digest, layers: [{ ...layerOf(event), digest }] });
  const { findings } = await verified(forged([one, naming(other)], [other, naming(one)]));
  expect(findings.map(({ stream, revision }) => [stream, revision])).toEqual(
    [one, other].map(({ stream, revision }) => [stream, revision]),
  );
});
