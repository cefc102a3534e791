// What clients do to the server below HTTP: pipelining, silence, slowness, more of everything than there is.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { InMemoryReadModel } from '@confledger/application/testing';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { eventually } from '@confledger/test-support';
import { afterEach, describe, expect, test } from 'vitest';
import type { ApiOptions } from './context.js';
import { EDGE_LIMITS, type EdgeLimits } from './edge/limits.js';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';
import { rawConnection, requestText, type RawConnection } from './fixtures/raw-connection.js';

const LIVE = requestText('GET /health/live');
const FILE = requestText('GET /docs/static/swagger-ui-bundle.js');
const FEED = requestText('GET /api/v1/feed?service=engine');
const AUDIT = requestText('GET /api/v1/audit');
const DESCRIPTORS = '/proc/self/fd';

let given: ApiUnderTest;
let feed: HttpFeedPublisher;
let url: URL;
let opened: RawConnection[] = [];

async function start(replaced: Partial<ApiOptions> = {}): Promise<void> {
  feed = createHttpFeed({ installation: 'here', load: () => Promise.resolve(null), position: () => 0n });
  given = await startApi({ feed, ...replaced });
  url = new URL(await given.api.app.listen({ host: '127.0.0.1', port: 0 }));
}

/** Of 7.5 MB. */
const LARGE = { configuration: Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, ['x'.repeat(250_000)]])) };

async function connection(options?: { readonly isReading: boolean }): Promise<RawConnection> {
  const made = await rawConnection(url, options);
  opened.push(made);
  return made;
}

/** Sends bytes, and resolves when the server has ended the connection. */
async function exchange(text: string): Promise<RawConnection> {
  const one = await connection();
  one.send(text);
  await one.closed();
  return one;
}

afterEach(async () => {
  for (const { socket } of opened) socket.destroy();
  opened = [];
  await given.close();
  await feed.close();
});

const isAlive = async (): Promise<boolean> => (await fetch(new URL('/health/live', url))).status === 200;
const limit = async (name: string) => {
  const { body } = await given.ask('GET /status');
  const { limits } = body['data'] as unknown as {
    readonly limits: readonly { name: string; max: number; inUse: number; refusals: number }[];
  };
  return limits.find((each) => each.name === name);
};

describe('Requests of one connection', () => {
  test('are answered in their order, as many as may wait', async () => {
    await start();
    const one = await connection();
    const paths = Array.from({ length: EDGE_LIMITS.waitingRequests + 1 }, (_, index) => `/nowhere/${index}`);
    one.send(paths.map((path) => requestText(`GET ${path}`)).join(''));
    await eventually(() =>
      paths.every((path) => one.text().includes(`There is nothing at ${path};`) || one.text().includes(`There is nothing at ${path}.`)),
    );
    const places = paths.map((path) => one.text().search(new RegExp(`nothing at ${path}[.;]`)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(one.isClosed).toBe(false);
  });

  test.each([1, 2, 17, 18, 40, 400])(
    'leave no file, no follower and no other trace, when %i are sent and the client hangs up',
    async (count) => {
      await start();
      await (await fetch(new URL('/docs/static/swagger-ui-bundle.js', url))).arrayBuffer();
      const descriptors = (): number => (existsSync(DESCRIPTORS) ? readdirSync(DESCRIPTORS).length : 0);
      const before = descriptors();
      for (const request of [FILE, FEED, AUDIT, LIVE]) {
        for (const isReading of [true, false]) {
          const one = await connection({ isReading });
          one.send(request.repeat(count));
          if (count > EDGE_LIMITS.waitingRequests + 1 && isReading) await one.closed();
          else if (isReading) await one.answers(1);
          one.socket.destroy();
        }
      }
      await eventually(() => feed.subscriberCount === 0);
      await eventually(() => descriptors() <= before);
      expect(await isAlive()).toBe(true);
      if (count > EDGE_LIMITS.waitingRequests + 1) expect((await limit('waitingRequests'))?.refusals).toBeGreaterThan(0);
      expect((await limit('feedClients'))?.inUse).toBe(0);
    },
  );

  test('that wait behind a feed do not begin', async () => {
    await start();
    const one = await connection();
    one.send(FEED.repeat(10));
    await one.answers(1);
    await eventually(() => feed.subscriberCount === 1);
    expect(await isAlive()).toBe(true);
    expect([feed.subscriberCount, one.statuses()]).toEqual([1, [200]]);
  });

  test.each([
    ['a request that is refused by itself', requestText('GET /health/live', { expect: 'x' }), 417],
    [
      'a body that is no JSON',
      `${requestText('PUT /api/v1/configurations/engine/a', { 'content-type': 'application/json', 'content-length': '2' })}{x`,
      400,
    ],
    ['a request that closes the connection', requestText('GET /health/live', { connection: 'close' }), 200],
  ])('behind %s do not begin when its answer ends the connection', async (_what, first, status) => {
    await start();
    const put = `${requestText('PUT /api/v1/configurations/engine/zz', { 'content-type': 'application/json', 'content-length': '11' })}{"value":1}`;
    const one = await connection();
    one.send(first + put + FEED);
    await one.answers(1);
    expect(one.statuses()[0]).toBe(status);
    if (!one.text().toLowerCase().includes('connection: close')) return;
    await one.closed();
    expect((await given.ask('GET /configurations/engine/zz')).status).toBe(404);
    expect([feed.subscriberCount, (await limit('feedClients'))?.inUse]).toEqual([0, 0]);
  });

  test('without a host are refused in our shape', async () => {
    await start();
    const one = await exchange('GET /health/live HTTP/1.1\r\n\r\n');
    expect(one.statuses()).toEqual([400]);
    expect(one.text()).toContain('"code":"REQUEST_MALFORMED"');
  });

  test('whose body has not arrived do not hold up the end', async () => {
    await start();
    const one = await connection();
    one.send(`${requestText('PUT /api/v1/configurations/engine/a', { 'content-type': 'application/json', 'content-length': '1000' })}{"va`);
    await eventually(async () => (await limit('bodyBytes'))?.inUse === 4);
    const began = performance.now();
    await given.api.app.close();
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('of a client that has closed its half are answered', async () => {
    await start();
    const one = await connection();
    one.socket.end(LIVE.repeat(5));
    expect(await one.answers(5)).toEqual([200, 200, 200, 200, 200]);
    await one.closed();
  });

  test('may be cut off at every byte', async () => {
    await start();
    const whole = `${requestText('PUT /api/v1/configurations/engine/a', { 'content-type': 'application/json', 'content-length': '11' })}{"value":1}`;
    for (let length = 0; length < whole.length; length += 1) {
      const one = await rawConnection(url);
      one.socket.end(whole.slice(0, length));
      one.socket.destroy();
    }
    expect(await isAlive()).toBe(true);
    expect((await given.ask('GET /configurations/engine')).status).toBe(404);
    expect(given.log.filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});

describe('A request of a kind that no call is', () => {
  const methods = ['QUERY', 'TRACE', 'PROPFIND', 'PURGE', 'SOURCE', 'M-SEARCH'];

  test.each(methods)('%s is 405 or 501 at every address, and is no fault of ours', async (method) => {
    await start();
    const addresses = [
      '/',
      '/docs',
      '/docs/static/index.css',
      '/health',
      '/api/v1/audit',
      '/api/v1/configurations/engine',
      '/api/v1/batch',
      '/no',
    ];
    for (const address of addresses) {
      const one = await exchange(requestText(`${method} ${address}`, { connection: 'close' }));
      const [status] = one.statuses();
      expect([address, status]).toEqual([address, address === '/no' || address === '/api/v1/batch' ? 404 : 405]);
      if (status === 405) expect(one.text()).toMatch(/\r\nallow: /i);
    }
    expect(given.log.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  test.each(['FOO', 'GETT', 'X-MINE'])('%s, which Node does not know, is 501', async (method) => {
    await start();
    const one = await exchange(requestText(`${method} /api/v1/audit`));
    expect(one.statuses()).toEqual([501]);
    expect(one.text()).toContain('METHOD_UNKNOWN');
  });

  test('CONNECT is 501, and behind a request that is under way the connection ends', async () => {
    await start();
    const one = await exchange('CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n');
    expect(one.statuses()).toEqual([501]);
    await exchange(`${FEED}CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n`);
    await eventually(() => feed.subscriberCount === 0);
  });

  test('an upgrade is not made, and the request is answered', async () => {
    await start();
    const one = await exchange(requestText('GET /health/live', { upgrade: 'websocket', connection: 'upgrade, close' }));
    expect(one.statuses()).toEqual([200]);
  });

  test('Expect: 100-continue is kept, and another expectation is 417', async () => {
    await start();
    const one = await connection();
    const headers = { 'content-type': 'application/json', 'content-length': '11' };
    one.send(requestText('PUT /api/v1/configurations/engine/a', { ...headers, expect: '100-continue' }));
    await one.answers(1);
    one.send('{"value":1}');
    expect(await one.answers(2)).toEqual([100, 200]);
    const other = await exchange(requestText('GET /health/live', { expect: 'a pony' }));
    expect(other.statuses()).toEqual([417]);
    expect(other.text()).toContain('EXPECTATION_FAILED');
  });

  test.each([
    ['GET http://other.example/health/live', 200],
    ['GET //health/live', 404],
    ['GET /health/live#x', 400],
    ['OPTIONS *', 404],
    ['GET /%', 400],
    ['GET /../../etc/passwd', 404],
    ['GET /docs/static/..%2f..%2fpackage.json', 404],
  ])('the target of %s is answered with %i', async (target, status) => {
    await start();
    const one = await exchange(requestText(target, { connection: 'close' }));
    expect(one.statuses()).toEqual([status]);
  });

  test.each([
    ['two lengths', 'content-length: 3\r\ncontent-length: 4\r\n\r\nabcd'],
    ['a length and chunks', 'content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
    ['a chunk of no length', 'transfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['a negative length', 'content-length: -1\r\n\r\n'],
    ['chunks within chunks', 'transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
    ['an extension of 64 KiB', `transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(65_536)}\r\na\r\n0\r\n\r\n`],
    ['a header without end', `x: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['4,000 headers', `${Array.from({ length: 4_000 }, (_, index) => `h${index}: 1\r\n`).join('')}\r\n`],
  ])('%s is refused, and the connection ends', async (_what, rest) => {
    await start();
    const one = await exchange(`PUT /api/v1/configurations/engine/a HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${rest}`);
    expect(one.statuses().every((status) => status >= 400 && status < 500)).toBe(true);
    expect(await isAlive()).toBe(true);
  });
});

describe('A client that is slow', () => {
  test.each(['', 'GET /health/live HTT', `GET /health/live HTTP/1.1\r\nhost: x\r\n`])(
    'to send its headers is told 408: %j',
    async (sent) => {
      await start({ edgeLimits: { headersMs: 200 } });
      const one = await exchange(sent);
      expect(one.statuses()).toEqual([408]);
      expect(one.text()).toContain('REQUEST_TIMEOUT');
    },
  );

  test('to send its body is told 408', async () => {
    await start({ edgeLimits: { headersMs: 200, requestMs: 400 } });
    const one = await connection();
    one.send(requestText('PUT /api/v1/configurations/engine/a', { 'content-type': 'application/json', 'content-length': '100' }));
    one.send('{');
    await one.closed();
    expect(one.statuses()).toEqual([408]);
    expect(one.text()).toContain('REQUEST_TIMEOUT');
    expect(given.log.filter((line) => /already sent/i.test(line))).toEqual([]);
    expect(await isAlive()).toBe(true);
  });

  test('to read an answer, or a feed, is left when it takes nothing any more; one that reads on is not', async () => {
    await start({ edgeLimits: { stalledAnswerMs: 500 } });
    await given.ask('PUT /configurations/engine', { body: LARGE, headers: { 'content-type': 'application/json' } });
    const stalled = await connection({ isReading: false });
    stalled.send(requestText('GET /api/v1/configurations/engine').repeat(2));
    await eventually(async () => (await limit('stalledAnswers'))?.refusals === 1, { timeoutMs: 20_000 });
    const reading = await exchange(requestText('GET /api/v1/configurations/engine', { connection: 'close' }));
    expect(reading.text().length).toBeGreaterThan(7_000_000);
  });
});

describe('More than there is', () => {
  test('of connections: one that waits for a request makes room; when all are at work, health alone is answered', async () => {
    await start({ edgeLimits: { connections: 3, healthConnections: 2 } });
    const silent = await connection();
    const followers = [await connection(), await connection()];
    for (const each of followers) each.send(FEED);
    await eventually(() => feed.subscriberCount === 2);
    // It has to be idle for a second.
    await eventually(async () => {
      const next = await connection();
      next.send(FEED);
      return (await next.answers(1))[0] === 200;
    });
    await silent.closed();
    await eventually(() => feed.subscriberCount === 3);
    const refused = await exchange(AUDIT);
    expect(refused.statuses()).toEqual([503]);
    expect(refused.text()).toMatch(/retry-after: 1[^]*SERVER_BUSY[^]*"rule":"connections"/i);
    for (const path of ['/health', '/health/live', '/api/v1/health/ready', '/metrics?x=1']) {
      const probe = await exchange(requestText(`GET ${path}`));
      expect([path, probe.statuses()[0]]).toEqual([path, path.startsWith('/metrics') ? 404 : 200]);
    }
    expect((await limit('connections'))?.refusals).toBeGreaterThan(0);
    expect(followers.every(({ isClosed }) => !isClosed)).toBe(true);
  });

  test('of followers is 503, and when one has left the next is let in', async () => {
    await start({ edgeLimits: { feedClients: 2 } });
    const followers = [await connection(), await connection()];
    for (const each of followers) each.send(FEED);
    await eventually(() => feed.subscriberCount === 2);
    const refused = await given.ask('GET /feed?service=engine');
    expect([refused.status, refused.code, refused.headers['retry-after']]).toEqual([503, 'SERVER_BUSY', '1']);
    followers[0]?.socket.destroy();
    await eventually(() => feed.subscriberCount === 1);
    const next = await connection();
    next.send(FEED);
    expect(await next.answers(1)).toEqual([200]);
  });

  test('of unread answers: those with most of them are closed, and another client is served', async () => {
    await start({ edgeLimits: { unreadBytes: 4 * 1024 * 1024 } });
    await given.ask('PUT /configurations/engine', { body: LARGE });
    const unread = await Promise.all(Array.from({ length: 6 }, () => connection({ isReading: false })));
    for (const each of unread) each.send(requestText('GET /api/v1/configurations/engine'));
    await eventually(async () => ((await limit('unreadBytes'))?.refusals ?? 0) >= 1, { timeoutMs: 20_000 });
    await eventually(async () => ((await limit('unreadBytes'))?.inUse ?? 0) <= 4 * 1024 * 1024);
    expect(await isAlive()).toBe(true);
  });

  test('of large answers that nobody takes is 503, before they fill the memory; a write that took effect is answered', async () => {
    await start({ edgeLimits: { answerBytes: 16 * 1024 * 1024 } });
    await given.ask('PUT /configurations/engine', { body: LARGE });
    const unread = await Promise.all(Array.from({ length: 4 }, () => connection({ isReading: false })));
    for (const each of unread) each.send(requestText('GET /api/v1/configurations/engine'));
    await eventually(async () => ((await limit('answerBytes'))?.refusals ?? 0) >= 1, { timeoutMs: 20_000 });
    expect(await given.ask('GET /configurations/engine')).toMatchObject({ status: 503, code: 'SERVER_BUSY' });
    const operations = Array.from({ length: 3_000 }, (_, index) => ({ type: 'SET', key: `key-number-${index}`, value: index }));
    const written = await given.ask('POST /configurations/other/batch', { body: { operations } });
    expect([written.status, written.text.length > 64 * 1024]).toEqual([200, true]);
    for (const { socket } of unread) socket.destroy();
    await eventually(async () => (await limit('answerBytes'))?.inUse === 0);
    expect((await given.ask('GET /configurations/engine')).status).toBe(200);
  });

  test('of large answers is not used up by clients that left before theirs was written', async () => {
    await start({ edgeLimits: { answerBytes: 16 * 1024 * 1024 } });
    await given.ask('PUT /configurations/engine', { body: LARGE });
    for (let round = 0; round < 5; round += 1) {
      const gone = await Promise.all(Array.from({ length: 4 }, () => connection()));
      for (const { socket } of gone) socket.write(requestText('GET /api/v1/configurations/engine'), () => socket.destroy());
      expect((await given.ask('GET /configurations/engine')).status).toBe(200);
    }
    await eventually(async () => (await limit('answerBytes'))?.inUse === 0);
  });

  test('of large answers that wait for their turn is 503, and those before it are answered', async () => {
    await start({ edgeLimits: { waitingAnswers: 2 } });
    const leaves = Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`k${index}`, index]));
    await given.ask('PUT /configurations/engine/wide', { body: { value: leaves } });
    const places = ['/engine', '/engine/wide', '/engine?format=flat', '/engine'];
    const answers = await Promise.all([...places, ...places].map((place) => given.ask(`GET /configurations${place}`)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(answers.find(({ status }) => status === 503)?.body).toMatchObject({
      code: 'SERVER_BUSY',
      details: [{ rule: 'waiting-answers' }],
    });
    expect((await given.ask('GET /configurations/engine/wide.k7')).status).toBe(200);
    expect((await limit('waitingAnswers'))?.inUse).toBe(0);
  });

  test('of bytes of bodies is 503 for the one that is too much, and the others go on', async () => {
    await start({ edgeLimits: { bodyBytes: 100_000 } });
    const value = JSON.stringify({ value: 'x'.repeat(70_000) });
    const put = (name: string) =>
      requestText(`PUT /api/v1/configurations/engine/${name}`, {
        'content-type': 'application/json',
        'content-length': String(value.length),
      });
    const first = await connection();
    first.send(put('a') + value.slice(0, 60_000));
    await eventually(async () => (await limit('bodyBytes'))?.inUse === 60_000);
    const second = await connection();
    second.send(put('b') + value);
    expect(await second.answers(1)).toEqual([503]);
    expect(second.text()).toContain('"rule":"bodies"');
    first.send(value.slice(60_000));
    expect(await first.answers(1)).toEqual([200]);
    second.send(put('b') + value);
    expect(await second.answers(2)).toEqual([503, 200]);
    expect((await limit('bodyBytes'))?.inUse).toBe(0);
  });

  test('of bodies does not hold up others: what is too much is refused before it is parsed to its end, and shown by its first 100', async () => {
    await start();
    const leaves = JSON.stringify({
      configuration: Object.fromEntries(Array.from({ length: 400_000 }, (_, index) => [`key${index}`, 'v'])),
    });
    const document = await given.ask('PUT /configurations/engine', { raw: leaves });
    expect([document.status, document.code]).toEqual([413, 'DOCUMENT_TOO_LARGE']);
    const operations = Array.from({ length: 100_000 }, (_, index) => ({ type: 'SET', key: `k${index}`, value: index }));
    const batch = await given.ask('POST /configurations/engine/batch', { body: { operations } });
    expect([batch.status, batch.code]).toEqual([413, 'BATCH_TOO_LARGE']);
    expect(batch.text.length).toBeLessThan(10_000);
    const wrong = await given.ask('POST /configurations/engine/batch', {
      body: { operations: operations.slice(0, 9_000).map((each) => ({ ...each, key: 'a' })) },
    });
    expect([wrong.status, wrong.text.length < 100_000]).toEqual([400, true]);
    const values = await given.ask('PUT /configurations/engine/a', { raw: `{"value":[${'0,'.repeat(600_000)}0]}` });
    expect([values.status, values.code, values.text.includes('too-many-values')]).toEqual([413, 'DOCUMENT_TOO_LARGE', true]);
  });

  describe('of reads of lists', () => {
    const OTHER = 'another-token';
    const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');

    /** A read model whose lists wait until they are let go. */
    async function waitingLists(limits: Partial<EdgeLimits>) {
      const readModel = new InMemoryReadModel();
      let letGo = (): void => undefined;
      const gone = new Promise<void>((resolve) => (letGo = resolve));
      let running = 0;
      readModel.audit = async () => {
        running += 1;
        await gone;
        return { items: [], next: null, position: 0n };
      };
      await start({
        readModel,
        edgeLimits: limits,
        tokens: [
          { actor: 'alice', roles: ['admin'], sha256: sha256(TOKEN) },
          { actor: 'bob', roles: ['admin'], sha256: sha256(OTHER) },
        ],
      });
      return { letGo: () => letGo(), running: () => running };
    }

    test('one caller has four, and the next is 429; another caller is served', async () => {
      const { letGo, running } = await waitingLists({});
      const four = Array.from({ length: 4 }, () => given.ask('GET /audit'));
      await eventually(() => running() === 4);
      const fifth = await given.ask('GET /audit');
      expect([fifth.status, fifth.code, fifth.headers['retry-after']]).toEqual([429, 'TOO_MANY_REQUESTS', '1']);
      const other = given.ask('GET /audit', { token: OTHER });
      await eventually(() => running() === 5);
      letGo();
      expect((await Promise.all([...four, other])).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      expect((await given.ask('GET /audit')).status).toBe(200);
    });

    test('as many as there is room for run, some wait for them, for a while, and the rest is 503', async () => {
      const { letGo, running } = await waitingLists({ listReads: 2, waitingListReads: 1, listReadWaitMs: 300, listReadsOfCaller: 10 });
      const two = [given.ask('GET /audit'), given.ask('GET /audit')];
      await eventually(() => running() === 2);
      const waiting = given.ask('GET /audit');
      const rest = await given.ask('GET /audit', { token: OTHER });
      expect([rest.status, rest.code, rest.headers['retry-after']]).toEqual([503, 'SERVER_BUSY', '1']);
      expect([(await waiting).status, running()]).toEqual([503, 2]);
      const next = given.ask('GET /audit');
      letGo();
      expect((await Promise.all([...two, next])).map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await limit('listReads'))?.inUse).toBe(0);
      expect((await given.ask('GET /configurations/engine')).status).toBe(404);
    });
  });
});
