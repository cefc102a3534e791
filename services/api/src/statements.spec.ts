// Statements over HTTP: what a node's report says, which activations it holds back, what the status says of it, and that form 2 is for good.
import { ReadModelUnavailable } from '@confledger/application';
import { olderInstallation } from '@confledger/conformance';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SDK_HEADER } from '@confledger/contracts/http';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';
import { CHOICE_KEPT_MS, LIVE_NODE_MS } from './ledger/statement-choice.js';

const LEDGER = '/configurations/engine';
const OLD: Readonly<Record<string, string>> = {};
const NEW: Readonly<Record<string, string>> = { [SDK_HEADER]: '0.2.0; statements=1,2; seals=1' };

let given: ApiUnderTest;
beforeEach(async () => {
  given = await startApi();
});
afterEach(() => given.close());

async function report(name: string, headers: Readonly<Record<string, string>>, state = 'waiting', service = 'engine'): Promise<void> {
  const body = { environment: 'production', service, state, running: null, rejected: null };
  expect((await given.ask(`POST /nodes/${name}`, { body, headers })).status).toBe(201);
}

let values = 0;

/** Activates another value when the last choice is kept no longer, and answers the schemaVersion of the activation. */
async function formOfNext(service = 'engine'): Promise<unknown> {
  given.pass(CHOICE_KEPT_MS);
  const answer = await given.ask(`PUT /configurations/${service}/x`, { body: { value: ++values, activate: true } });
  expect(answer.status).toBe(200);
  return formOfNewest(service);
}

async function formOfNewest(service: string): Promise<unknown> {
  const events = await given.store.readStream(`config-production.${service}`, { from: 0, limit: 1_000 });
  const newest = events.findLast(({ type }) => type === 'VersionActivated');
  return (JSON.parse(newest?.metadata ?? '{}') as { readonly schemaVersion?: number }).schemaVersion;
}

async function statements(): Promise<Record<string, unknown>> {
  await given.projected();
  return (await given.ask('GET /status')).data['statements'] as Record<string, unknown>;
}

describe('the header of a report', () => {
  const listed = async () => (await given.ask('GET /nodes')).data.items.map(({ name, sdk }) => [name, sdk]);

  test('is shown as sdk, and is null where it is missing or cannot be read', async () => {
    await report('bad', { [SDK_HEADER]: 'statements: all of them' });
    await report('new', NEW);
    await report('old', OLD);
    expect(await listed()).toEqual([
      ['bad', null],
      ['new', '0.2.0; statements=1,2; seals=1'],
      ['old', null],
    ]);
  });

  test.each([
    ['that a newer SDK sends', NEW],
    ['that an older SDK does not send', OLD],
  ])('%s stands beside a body of which unknown members are passed over at any depth', async (_, headers) => {
    const running = { version: 2, activation: 3, digest: 'ab'.repeat(32), activatedAt: '2026-07-01T12:00:00.000Z' };
    const rejected = { version: 4, problems: [{ path: 'risk.max', message: 'too large' }] };
    const known = { environment: 'production', service: 'engine', state: 'ready', running, rejected };
    const newer = { mode: { newer: true } };
    const problems = rejected.problems.map((problem) => ({ ...problem, ...newer }));
    const body = { ...known, running: { ...running, ...newer }, rejected: { ...rejected, problems, ...newer }, ...newer };
    expect((await given.ask('POST /nodes/newer', { body, headers })).status).toBe(201);
    const { reportedAt, sdk, active, upToDate, ...shown } = (await given.ask('GET /nodes/newer')).data;
    expect(shown).toEqual({ name: 'newer', ...known });
    expect([reportedAt, sdk, active, upToDate]).toEqual(['2026-07-01T12:00:00.000Z', headers[SDK_HEADER] ?? null, null, null]);
  });

  test('is that of the newest report', async () => {
    await report('node', NEW);
    await report('node', OLD);
    expect(await listed()).toEqual([['node', null]]);
  });
});

describe('which form an activation gets', () => {
  test('an old node holds statement 2 back and is named; when it is updated, the next activation has it', async () => {
    await report('new', NEW);
    await report('old', OLD);
    expect(await formOfNext()).toBe(1);
    expect(await statements()).toMatchObject({
      ledgers: { activeCount: 1, statement2Count: 0 },
      heldBackBy: [{ ledger: 'production.engine', node: 'old', sdk: null }],
      detail: expect.stringContaining(
        'has statement 2: 0 of 1. 1 live node cannot verify statement 2, and keeps its ledger at statement 1',
      ),
    });
    await report('old', NEW);
    expect(await formOfNext()).toBe(2);
    expect(await statements()).toEqual({
      ledgers: { activeCount: 1, statement2Count: 1 },
      heldBackBy: [],
      detail: 'Ledgers whose active version has statement 2: 1 of 1. No live node holds statement 2 back.',
    });
  });

  test('an old node that is silent for 2 minutes, or closes, holds nothing back any more', async () => {
    await report('old', OLD);
    expect(await formOfNext()).toBe(1);
    given.pass(LIVE_NODE_MS + 1);
    expect((await statements())['heldBackBy']).toEqual([]);
    expect(await formOfNext()).toBe(2);
    await report('other', OLD, 'waiting', 'gateway');
    expect(await formOfNext('gateway')).toBe(1);
    await report('other', OLD, 'closed', 'gateway');
    expect(await formOfNext('gateway')).toBe(2);
  });

  test('it is counted by ledger', async () => {
    await report('old', OLD);
    expect([await formOfNext('gateway'), await formOfNext()]).toEqual([2, 1]);
    expect(await statements()).toMatchObject({ ledgers: { activeCount: 2, statement2Count: 1 } });
  });

  test('a ledger that has statement 2 keeps it when an old node comes, which is counted and does not hold it back', async () => {
    expect(await formOfNext()).toBe(2);
    await report('old', OLD);
    expect(await formOfNext()).toBe(2);
    await given.ask(`POST ${LEDGER}/versions/previous/activate`);
    await given.ask(`POST ${LEDGER}/versions/previous/rollback`);
    expect(await formOfNewest('engine')).toBe(2);
    expect(await statements()).toMatchObject({
      heldBackBy: [],
      detail: expect.stringContaining('1 live node cannot verify statement 2, which its ledger has: update them.'),
    });
  });

  test('without node reports it is statement 1', async () => {
    const away = () => Promise.reject(new ReadModelUnavailable('no connection'));
    given.reports.list = away;
    expect(await formOfNext()).toBe(1);
  });
});

test('an installation of before macs signs with statement 1 until it is sealed', async () => {
  await given.close();
  given = await startApi({}, (store, keys) => olderInstallation(store, keys));
  expect(await formOfNext()).toBe(1);
  expect(await statements()).toEqual({
    ledgers: { activeCount: 1, statement2Count: 0 },
    heldBackBy: [],
    detail: 'Ledgers whose active version has statement 2: 0 of 1. The log is not sealed: only ledgers that have statement 2 keep it.',
  });
  expect((await given.ask('POST /installation/seal', { body: { confirm: true } })).status).toBe(200);
  expect(await formOfNext()).toBe(2);
});

test('a read model that is away is said, and names no node', async () => {
  const away = () => Promise.reject(new ReadModelUnavailable('no connection'));
  given.readModel.position = away;
  expect((await given.ask('GET /status')).data['statements']).toEqual({
    ledgers: null,
    heldBackBy: [],
    detail: 'The read model is away, so nodes cannot be looked up: only ledgers that have statement 2 keep it.',
  });
});
