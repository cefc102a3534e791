// Sealing over HTTP: what is older than macs counts as it stood, once; later change sets without a mac stop their stream until a person
// has looked at them.
import { recordEach, signedBy, ledgerAggregate, type DraftEvent, type StreamEnd } from '@confledger/domain';
import { BROKEN_PAUSE_MS, toAppend } from '@confledger/application';
import { olderInstallation } from '@confledger/conformance';
import type { SealAnswer, StatusAnswer } from '@confledger/contracts/http';
import { eventually } from '@confledger/test-support';
import { afterEach, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

const STREAM = 'config-production.engine';
const PRODUCTION = { environment: 'production' };

let given: ApiUnderTest;
afterEach(() => given.close());

/** As an api of a release before macs writes. */
async function oldWrite(value: number): Promise<void> {
  const [last] = await given.store.readStream(STREAM, { direction: 'backwards', limit: 1 });
  const { hash, occurredAt } = last === undefined ? { hash: null, occurredAt: null } : (JSON.parse(last.metadata) as StreamEnd);
  const end: StreamEnd = { name: STREAM, revision: last?.revision ?? -1, hash, occurredAt, origin: null };
  const created: DraftEvent = { type: 'LedgerCreated', data: { environment: 'production', service: 'engine' } };
  const set: DraftEvent = { type: 'ConfigSet', data: { path: 'risk.max', value } };
  const envelope = {
    actor: { id: 'olga', method: 'token', roles: [] },
    reason: null,
    commandId: crypto.randomUUID(),
    fingerprint: 'f',
    correlationId: 'c',
    causationId: null,
    traceparent: null,
    changeSetId: crypto.randomUUID(),
    now: given.now(),
  };
  const { schemaVersionOf } = ledgerAggregate;
  const tools = { finish: signedBy(() => ({ keyId: 'k', signature: 's' })), macOf: null, schemaVersionOf };
  const texts = [...recordEach(end, last === undefined ? [created, set] : [set], envelope, tools)];
  await given.store.append(STREAM, end.revision, texts.map(toAppend));
}

const seal = (body: object) => given.ask('POST /installation/seal', { body });
const write = (value: number) => given.ask('PUT /configurations/engine/risk.max', { body: { value, ...PRODUCTION } });
const read = () => given.ask('GET /configurations/engine/risk.max?environment=production&version=latest');

const anOlderInstallation = async (): Promise<void> => {
  given = await startApi({}, (store, keys) => olderInstallation(store, keys));
  await oldWrite(1);
};

test('an installation of before macs says that it is not sealed, and what a seal would take; the seal needs a word', async () => {
  await anOlderInstallation();
  expect((await given.ask('GET /status')).data.seal).toBeNull();
  const dryRun = await seal({ dryRun: true });
  expect(dryRun.data).toEqual({
    dryRun: true,
    // The environments, which this start defined, are one stream more.
    streamCount: 2,
    ends: [],
    leftOut: [],
    leftOutCount: 0,
    changeSets: { withMac: 2, withoutMac: 2 },
    streamsWithoutMac: [
      { stream: 'installation', changeSetCount: 1 },
      { stream: STREAM, changeSetCount: 1 },
    ],
    eventsWithoutMac: [],
    eventWithoutMacCount: 0,
    truncated: [],
  });
  expect((await given.ask('GET /status')).data.seal).toBeNull();
  const unconfirmed = await seal({});
  expect(unconfirmed).toMatchObject({ status: 400, code: 'BODY_MEMBER_INVALID' });
  expect(unconfirmed.body.details[0]).toMatchObject({ path: 'confirm', remedy: expect.stringContaining('dryRun') as string });
  expect((await seal({ confirm: true })).data).toMatchObject({ dryRun: false, streamCount: 2 });
  expect((await given.ask('GET /status')).data.seal).toEqual({ streamCount: 2, revision: 2 });
  expect(await seal({ confirm: true })).toMatchObject({ status: 409, code: 'INSTALLATION_SEALED' });
  expect(await write(2)).toMatchObject({ status: 200 });
});

test('behind the seal a change set without a mac stops its ledger, until a person has seen it and seals that stream anew', async () => {
  await anOlderInstallation();
  const ends = [{ stream: STREAM, revision: 1, hash: 'h' }];
  expect(await seal({ ends, confirm: true })).toMatchObject({ status: 409, code: 'INSTALLATION_NOT_SEALED' });
  expect(await seal({ streams: [STREAM], dryRun: true })).toMatchObject({ status: 409, code: 'INSTALLATION_NOT_SEALED' });
  await seal({ confirm: true });
  await write(2);
  await oldWrite(3);
  expect(await read()).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
  const shown = await seal({ streams: [STREAM], dryRun: true });
  expect(shown.data).toMatchObject({
    streamCount: 1,
    changeSets: null,
    eventsWithoutMac: [{ stream: STREAM, revision: 3, type: 'ConfigSet', actor: 'olga' }],
    ends: [{ stream: STREAM, revision: 3 }],
    eventWithoutMacCount: 1,
  });
  expect(await seal({ ends: shown.data.ends, confirm: true })).toMatchObject({ status: 200, data: { streamCount: 1 } });
  // A stream that was refused is loaded again a few seconds later.
  await eventually(async () => (await read()).status === 200, { timeoutMs: 2 * BROKEN_PAUSE_MS });
  expect((await read()).data).toMatchObject({ value: 3 });
  expect(await write(4)).toMatchObject({ status: 200 });
});

test('a stream in which something else does not hold is not sealed, and named', async () => {
  await anOlderInstallation();
  await seal({ confirm: true });
  await oldWrite(3);
  given.alter(STREAM, 1, ({ data }) => ({ data: data.replace('"value":1', '"value":9') }));
  const { data } = await seal({ streams: [STREAM, 'config-production.other', 'installation'], dryRun: true });
  expect(data).toMatchObject({
    streamCount: 0,
    leftOut: [
      { stream: STREAM, error: expect.stringContaining('event 1 of') as string },
      { stream: 'config-production.other', error: 'there is no such stream' },
      { stream: 'installation', error: expect.stringContaining('not the stream of a ledger') as string },
    ],
    leftOutCount: 3,
  });
  expect((await given.ask('GET /status')).data.seal).toMatchObject({ revision: 2 });
});

describe('what a dry run showed', () => {
  const endsNow = async () => {
    const data: object = (await seal({ streams: [STREAM], dryRun: true })).data;
    return (data as SealAnswer).ends;
  };
  const sealedAt = async () => {
    const data: object = (await given.ask('GET /status')).data;
    return (data as StatusAnswer).seal?.revision;
  };
  async function shown(): Promise<SealAnswer['ends']> {
    await anOlderInstallation();
    await seal({ confirm: true });
    await oldWrite(3);
    return endsNow();
  }

  test('is all that is sealed: a stream that has grown since, or whose end is another, is refused and nothing is sealed', async () => {
    const ends = await shown();
    await oldWrite(4);
    const grown = await seal({ ends, confirm: true });
    expect(grown).toMatchObject({ status: 409, code: 'SEAL_OUTDATED' });
    expect(grown.body.details[0]).toMatchObject({ message: expect.stringContaining(`${STREAM}: it ends at revision 3`) as string });
    const anew = await endsNow();
    const another = [{ ...anew[0], hash: '0'.repeat(64) }];
    expect(await seal({ ends: another, confirm: true })).toMatchObject({ status: 409, code: 'SEAL_OUTDATED' });
    const alsoMissing = [...anew, { stream: 'config-production.other', revision: 0, hash: '0' }];
    expect(await seal({ ends: alsoMissing, confirm: true })).toMatchObject({ status: 409, code: 'SEAL_OUTDATED' });
    expect(await sealedAt()).toBe(2);
    expect(await seal({ ends: anew, confirm: true })).toMatchObject({ status: 200, data: { streamCount: 1, ends: anew } });
  });

  test('is sealed once: a repeated call answers as the first did, and writes nothing', async () => {
    const ends = await shown();
    const first = await seal({ ends, confirm: true });
    const revision = await sealedAt();
    const again = await seal({ ends, confirm: true });
    expect(again.data).toEqual(first.data);
    expect(again.data).toMatchObject({ dryRun: false, streamCount: 1, ends });
    expect(await sealedAt()).toBe(revision);
  });

  test.each([
    ['names alone', () => ({ streams: [STREAM] }), 'streams'],
    ['names beside ends', (ends: object) => ({ streams: [STREAM], ends }), 'streams'],
    ['ends in a dry run', (ends: object) => ({ ends, dryRun: true }), 'ends'],
  ])('must be sent back as ends: %s are refused with the remedy', async (_, body, path) => {
    const refused = await seal({ ...body(await shown()), confirm: true });
    expect(refused).toMatchObject({ status: 400, code: 'BODY_MEMBER_INVALID' });
    expect(refused.body.details[0]).toMatchObject({ path, remedy: expect.stringContaining('"streams"') as string });
    expect(await sealedAt()).toBe(2);
  });
});

test.each([
  ['a word that is no yes', { confirm: false }],
  ['no streams', { dryRun: true, streams: [] }],
  ['no ends', { confirm: true, ends: [] }],
  ['streams that are no names', { dryRun: true, streams: [7] }],
  ['a member that is unknown', { confirm: true, all: true }],
])('%s is refused by name', async (_, body) => {
  given = await startApi();
  expect((await seal(body)).status).toBe(400);
});

test('a new installation is sealed from its first event', async () => {
  given = await startApi();
  expect((await given.ask('GET /status')).data.seal).toEqual({ streamCount: 0, revision: 2 });
});
