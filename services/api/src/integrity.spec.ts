// The integrity of the log over HTTP: single events as they are stored, and the verification of all, line by line.
import { createHash } from 'node:crypto';
import type { EventStore } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { BASE, type VerificationLine } from '@confledger/contracts/http';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';
import { verificationLine } from './schemas/integrity.js';

let given: ApiUnderTest;
beforeEach(async () => void (given = await startApi()));
afterEach(() => given.close());

const write = (value: number) => given.ask('PUT /configurations/engine', { body: { configuration: { a: value }, activate: true } });

/** Each line held against its schema. */
const linesOf = (text: string): VerificationLine[] =>
  text
    .trim()
    .split('\n')
    .map((line) => verificationLine.parse(JSON.parse(line)));

describe('GET /events/{position}', () => {
  test('gives the event that an audit item names, with the very texts that its hash covers', async () => {
    await write(1);
    await given.projected();
    const [item] = (await given.ask('GET /audit?type=ConfigSet')).data.items;
    const { status, data } = await given.ask(`GET /events/${String(item?.['position'])}`);
    expect([status, item?.['stream']]).toEqual([200, 'config-production.engine']);
    const { position, stream, revision, type, id } = data;
    expect({ position, stream, revision, type }).toEqual({
      position: item?.['position'],
      stream: item?.['stream'],
      revision: item?.['revision'],
      type: 'ConfigSet',
    });
    expect(JSON.parse(String(data['data']))).toEqual({ path: 'a', value: 1 });
    const { hash } = JSON.parse(String(data['metadata'])) as { hash: string };
    const bare = String(data['metadata']).replace(/,"hash":.*$/, '}');
    const covered = `{"data":${String(data['data'])},"metadata":${bare},"revision":${String(revision)},"stream":"${String(stream)}","type":"ConfigSet"}`;
    expect(createHash('sha256').update(covered).digest('hex')).toBe(hash);
    expect(String(id).slice(0, 8)).toBe(hash.slice(0, 8));
  });

  test.each([
    ['x', 400, 'POSITION_MALFORMED'],
    ['1', 400, 'POSITION_MALFORMED'],
    ['another:1', 409, 'POSITION_OF_ANOTHER_INSTALLATION'],
  ])('a position such as %s is %i %s', async (position, status, code) => {
    expect(await given.ask(`GET /events/${position}`)).toMatchObject({ status, code });
  });

  test.each(['0', '1000', '9223372036854775807'])('a position at which nothing stands, such as %s, is 404', async (n) => {
    expect(await given.ask(`GET /events/${given.installation}:${n}`)).toMatchObject({ status: 404, code: 'EVENT_UNKNOWN' });
  });
});

describe('POST /verify', () => {
  test('answers a log that holds with progress and, as its last line, the result', async () => {
    await write(1);
    await write(2);
    const { status, headers, text } = await given.ask('POST /verify');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'application/x-ndjson; charset=utf-8', 'no-store']);
    const lines = linesOf(text);
    expect(lines[0]).toMatchObject({ kind: 'progress', step: 'events', of: expect.stringContaining(`${given.installation}:`) });
    expect(lines.at(-1)).toMatchObject({
      kind: 'result',
      holds: true,
      installation: given.installation,
      publicKey: given.publicKey,
      macsChecked: true,
      activationCount: 2,
      findingCount: 0,
    });
    // A second one may follow the first.
    expect(linesOf((await given.ask('POST /verify')).text).at(-1)).toMatchObject({ kind: 'result', holds: true });
  });

  test('names the first event that does not hold in each stream, and says that the log does not hold', async () => {
    await given.close();
    const log = createInMemoryEventStore();
    const altering: EventStore = {
      ...log,
      readAll: async (page) =>
        (await given.store.readAll(page)).map((event) => ({ ...event, data: event.type === 'ConfigSet' ? '{}' : event.data })),
      readStream: (stream, page) => given.store.readStream(stream, page),
      lastPosition: () => given.store.lastPosition(),
    };
    given = await startApi({ eventStore: altering });
    await write(1);
    const lines = linesOf((await given.ask('POST /verify')).text);
    expect(lines.filter(({ kind }) => kind === 'finding')).toEqual([
      {
        kind: 'finding',
        stream: 'config-production.engine',
        revision: 1,
        position: expect.stringContaining(`${given.installation}:`),
        error: 'its hash is not that of its content',
      },
    ]);
    expect(lines.at(-1)).toMatchObject({ kind: 'result', holds: false, findingCount: 1 });
  });

  test('of a store that is away is 503; one that goes away meanwhile is said by the last line, which is no result', async () => {
    await given.close();
    let reads = 0;
    let readsMax = 0;
    const failing: Partial<EventStore> = {
      lastPosition: async () => given.store.lastPosition(),
      readAll: async (page) => {
        reads += 1;
        if (reads > readsMax) given.setBackTo(1n);
        return given.store.readAll(page);
      },
      readStream: (stream, page) => given.store.readStream(stream, page),
    };
    given = await startApi({ eventStore: { ...createInMemoryEventStore(), ...failing } });
    await write(1);
    const lines = linesOf((await given.ask('POST /verify')).text);
    expect(lines.at(-1)).toMatchObject({ kind: 'failed', code: 'EVENT_STORE_UNAVAILABLE' });
    expect(lines.filter(({ kind }) => kind === 'result')).toEqual([]);
    readsMax = 10;
    expect(await given.ask('POST /verify')).toMatchObject({ status: 503, code: 'EVENT_STORE_UNAVAILABLE' });
  });
});

describe('one verification at a time', () => {
  let release: () => void;
  let reads = 0;

  /** An api whose log is read only when `release` was called, from one page on. */
  async function held({ pageEvents = 500, heldFrom = 1 } = {}): Promise<string> {
    await given.close();
    const released = new Promise<void>((resolve) => (release = resolve));
    reads = 0;
    const slow: Partial<EventStore> = {
      lastPosition: () => given.store.lastPosition(),
      readStream: (stream, page) => given.store.readStream(stream, page),
      readAll: async (page) => {
        reads += 1;
        if (reads >= heldFrom) await released;
        return given.store.readAll({ ...page, limit: pageEvents });
      },
    };
    given = await startApi({ eventStore: { ...createInMemoryEventStore(), ...slow } });
    await write(1);
    return given.api.app.listen({ host: '127.0.0.1', port: 0 });
  }
  const ask = (url: string, signal?: AbortSignal) =>
    fetch(`${url}${BASE}/verify`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, ...(signal && { signal }) });

  test('a second one is refused while the first is under way, and its end makes room', async () => {
    const url = await held();
    const first = ask(url).then((response) => response.text());
    await eventually(() => reads === 1);
    expect(await given.ask('POST /verify')).toMatchObject({ status: 409, code: 'VERIFICATION_UNDER_WAY' });
    release();
    expect(linesOf(await first).at(-1)).toMatchObject({ kind: 'result', holds: true });
    await eventually(async () => (await given.ask('POST /verify')).status === 200);
  });

  test('one whose client has left reads no further, and makes room', async () => {
    const url = await held({ pageEvents: 1, heldFrom: 2 });
    const leaving = new AbortController();
    const left = ask(url, leaving.signal).catch(() => undefined);
    await eventually(() => reads === 2);
    const { server } = given.api.app;
    leaving.abort();
    await left;
    await eventually(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 0))));
    release();
    await eventually(async () => (await given.ask('POST /verify')).status === 200);
    // Of the first the page that was held and the one behind it at most, and all of the second.
    expect(reads).toBeLessThanOrEqual(3 + Number(await given.store.lastPosition()));
  });

  test('an api that closes ends it without a result', async () => {
    const url = await held();
    const answer = ask(url).then(
      (response) => response.text(),
      () => '',
    );
    await eventually(() => reads === 1);
    const closed = given.close();
    await eventually(() => !given.api.app.server.listening);
    release();
    await closed;
    expect(await answer).not.toContain('"result"');
    given = await startApi();
  });
});
