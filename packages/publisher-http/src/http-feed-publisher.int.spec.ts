// The publishing side over real sockets: who gets what, when a client resumes, lags behind, does not drain, or comes at the wrong moment.
import type { ActiveDocument } from '@confledger/application';
import { SigningLedger } from '@confledger/conformance';
import { FEED_DOCUMENT_ASKED, FEED_DOCUMENT_HEADER } from '@confledger/contracts';
import { once } from 'node:events';
import { createServer, request as open, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHttpFeed, type HttpFeedPublisher, type HttpFeedPublisherOptions, type WritingTurn } from './index.js';

const WAIT = { timeout: 10_000, interval: 2 };

let ledger: SigningLedger;
let hub: HttpFeedPublisher;
let server: Server;
let load: () => Promise<ActiveDocument | null>;
let turn: WritingTurn;
let failures: unknown[];
let clients: Client[];

beforeEach(() => {
  ledger = new SigningLedger();
  load = () => Promise.resolve(ledger.newest);
  turn = () => Promise.resolve();
  failures = [];
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.response.destroy();
  await hub.close();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function start(options: Partial<HttpFeedPublisherOptions> = {}): Promise<void> {
  hub = createHttpFeed({ installation: 'inst', load: () => load(), position: () => 7n, beatIntervalMs: 20, ...options });
  server = createServer((request, response) => {
    const takesDocument = request.headers[FEED_DOCUMENT_HEADER] === FEED_DOCUMENT_ASKED;
    const lastEventId = request.headers['last-event-id'];
    const client = { response, lastEventId: typeof lastEventId === 'string' ? lastEventId : null, takesDocument, turn };
    hub.subscribe(ledger.name, client).catch((error: unknown) => {
      failures.push(error);
      response.writeHead(503).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

interface Client {
  readonly response: IncomingMessage;
  text: string;
  closed: boolean;
}

async function connect(lastEventId?: string, { reading = true, asked }: { reading?: boolean; asked?: string } = {}): Promise<Client> {
  const { port } = server.address() as AddressInfo;
  const request = open({
    port,
    host: '127.0.0.1',
    headers: {
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      ...(asked === undefined ? {} : { [FEED_DOCUMENT_HEADER]: asked }),
    },
    agent: false,
  });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const client: Client = { response, text: '', closed: false };
  response.on('error', () => undefined);
  response.on('close', () => (client.closed = true));
  if (reading) response.setEncoding('utf8').on('data', (chunk: string) => (client.text += chunk));
  clients.push(client);
  return client;
}

/** Names of the events so far, beats left out. */
function events(client: Client): string[] {
  return [...client.text.matchAll(/^event: (.*)$/gm)].map(([, name = '']) => name).filter((name) => name !== 'beat');
}

const said = (client: Client, ...names: string[]): Promise<void> => vi.waitFor(() => expect(events(client)).toEqual(names), WAIT);

test('the answer is an event stream that nobody keeps or holds back', async () => {
  await start();
  const { response } = await connect();
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
});

test('only active and synchronized carry an id, and none while nothing is active', async () => {
  await start();
  const client = await connect();
  await said(client, 'reset', 'synchronized');
  expect(client.text).not.toContain('id:');
  await hub.publish([ledger.activate({ a: 1 })], 1n);
  await vi.waitFor(() => expect(events(client)).toContain('active'), WAIT);
  const id = `id: ${ledger.origin}:2`;
  expect(client.text.match(/^id: .*$/gm)?.every((line) => line === id)).toBe(true);
  expect(client.text).toContain(`${id}\nevent: active`);
});

test('a client that runs what is active gets only `synchronized`; one behind, or of another origin, gets everything', async () => {
  const first = ledger.activate({ a: 1 });
  const second = ledger.activate({ a: 2 });
  await start();
  await said(await connect(`${second.origin}:${second.activation}`), 'synchronized');
  await said(await connect(`${first.origin}:${first.activation}`), 'reset', 'leaf', 'active', 'synchronized');
  await said(await connect(`another:${second.activation}`), 'reset', 'leaf', 'active', 'synchronized');
  await said(await connect('nonsense'), 'reset', 'leaf', 'active', 'synchronized');
});

test('a client that is ahead waits until this api has caught up', async () => {
  ledger.activate({ a: 1 });
  await start();
  await said(await connect(), 'reset', 'leaf', 'active', 'synchronized');
  const second = ledger.activate({ a: 2 });
  const equal = await connect(`${second.origin}:${second.activation}`);
  await hub.publish([second], 2n);
  await said(equal, 'synchronized');
  const third = ledger.activate({ a: 3 });
  const passed = await connect(`${third.origin}:${third.activation}`);
  await hub.publish([ledger.activate({ a: 4 })], 4n);
  await said(passed, 'reset', 'leaf', 'active', 'synchronized');
});

test('a client that is ahead for longer than the limit gets what there is', async () => {
  const first = ledger.activate({ a: 1 });
  await start({ catchUpTimeoutMs: 20 });
  const begun = performance.now();
  await said(await connect(`${first.origin}:99`), 'reset', 'leaf', 'active', 'synchronized');
  expect(performance.now() - begun).toBeGreaterThanOrEqual(18);
});

test('what is published while the first client waits for the load is neither lost, nor told twice, nor out of order', async () => {
  const first = ledger.activate({ a: 1 });
  let loaded: (active: ActiveDocument) => void = () => undefined;
  const loads = vi.fn<() => Promise<ActiveDocument>>(() => new Promise<ActiveDocument>((resolve) => (loaded = resolve)));
  load = loads;
  await start();
  const connecting = connect();
  await vi.waitFor(() => expect(loads).toHaveBeenCalledOnce(), WAIT);
  const second = ledger.activate({ a: 2 });
  await hub.publish([second], 2n);
  loaded(first);
  const client = await connecting;
  await said(client, 'reset', 'leaf', 'active', 'synchronized');
  expect(client.text).toContain(`"activation":${second.activation}`);
  await hub.publish([second], 2n);
  await hub.publish([ledger.activate({ a: 3 })], 3n);
  await said(client, 'reset', 'leaf', 'active', 'synchronized', 'leaf', 'active');
});

test('a load that fails is told to who asked, and tried anew for the next', async () => {
  load = () => Promise.reject(new Error('the store is away'));
  await start();
  expect((await connect()).response.statusCode).toBe(503);
  expect(failures).toEqual([new Error('the store is away')]);
  ledger.activate({ a: 1 });
  load = () => Promise.resolve(ledger.newest);
  await said(await connect(), 'reset', 'leaf', 'active', 'synchronized');
});

test('after a new relay took over, what was activated unseen is found by its first word', async () => {
  ledger.activate({ a: 1 });
  await start();
  expect(await hub.takeOver(new AbortController().signal)).toBe('now');
  const client = await connect();
  await said(client, 'reset', 'leaf', 'active', 'synchronized');
  await hub.takeOver(new AbortController().signal);
  ledger.activate({ a: 2 });
  await hub.beat(5n);
  await said(client, 'reset', 'leaf', 'active', 'synchronized', 'leaf', 'active');
});

test('beats say up to where the feed is complete, and end when the relay falls silent', async () => {
  await start();
  await hub.takeOver(new AbortController().signal);
  const client = await connect();
  await vi.waitFor(() => expect(client.text).toContain('"position":"inst:7"'), WAIT);
  await hub.beat(9n);
  await vi.waitFor(() => expect(client.text).toContain('"position":"inst:9"'), WAIT);
  let beatAt = performance.now();
  client.response.on('data', () => (beatAt = performance.now()));
  await vi.waitFor(() => expect(performance.now() - beatAt).toBeGreaterThan(100), WAIT);
  await hub.beat(10n);
  await vi.waitFor(() => expect(client.text).toContain('"position":"inst:10"'), WAIT);
});

test('a client that does not drain is cut, waits for nobody, and recovers when it comes back', async () => {
  const big = 'x'.repeat(200_000);
  ledger.activate({ big: '' });
  await start({ bufferedBytesMax: 100_000 });
  const slow = await connect(undefined, { reading: false });
  const quick = await connect();
  slow.response.pause();
  for (let n = 0; n < 100 && hub.subscriberCount === 2; n++) {
    await hub.publish([ledger.activate({ big: `${n}${big}` })], BigInt(n));
    await new Promise((resolve) => setImmediate(resolve));
    const { activation } = ledger.newest ?? { activation: -1 };
    await vi.waitFor(() => expect(quick.text).toContain(`"activation":${activation},`), WAIT);
    quick.text = '';
  }
  await vi.waitFor(() => expect(hub.subscriberCount).toBe(1), WAIT);
  slow.response.resume();
  await vi.waitFor(() => expect(slow.closed).toBe(true), WAIT);
  await said(await connect(), 'reset', 'leaf', 'active', 'synchronized');
});

test('one payload may be larger than what may lie unsent', async () => {
  ledger.activate(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, 'x'.repeat(100)])));
  await start({ bufferedBytesMax: 1_000 });
  const client = await connect();
  await vi.waitFor(() => expect(events(client)).toContain('synchronized'), WAIT);
  await hub.publish([ledger.activate(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, 'y'.repeat(100)])))], 2n);
  await vi.waitFor(() => expect(events(client).filter((name) => name === 'active')).toHaveLength(2), WAIT);
  expect(client.closed).toBe(false);
});

test('a client that goes leaves nothing behind, and the abort of its signal ends it', async () => {
  await start();
  const [first, second] = [await connect(), await connect()];
  await vi.waitFor(() => expect(hub.subscriberCount).toBe(2), WAIT);
  first.response.destroy();
  await vi.waitFor(() => expect(hub.subscriberCount).toBe(1), WAIT);
  await hub.close();
  await vi.waitFor(() => expect(second.closed).toBe(true), WAIT);
  expect((await connect()).response.statusCode).toBe(503);
});

test('each client takes readings in the form that it asks for, those that come later and the first activation too', async () => {
  await start();
  const whole = await connect(undefined, { asked: FEED_DOCUMENT_ASKED });
  const leaves = await connect();
  const unknown = await connect(undefined, { asked: '2' });
  for (const client of [whole, leaves, unknown]) await said(client, 'reset', 'synchronized');
  await hub.publish([ledger.activate({ a: 1, b: 2 })], 1n);
  await said(whole, 'reset', 'synchronized', 'reset', 'document', 'active', 'synchronized');
  for (const client of [leaves, unknown]) await said(client, 'reset', 'synchronized', 'reset', 'leaf', 'leaf', 'active', 'synchronized');
  await hub.publish([ledger.activate({ a: 1, b: 3 })], 2n);
  await said(whole, 'reset', 'synchronized', 'reset', 'document', 'active', 'synchronized', 'leaf', 'active');
  const later = await connect(undefined, { asked: FEED_DOCUMENT_ASKED });
  await said(later, 'reset', 'document', 'active', 'synchronized');
  expect(later.text).toContain('data: {"configuration":{"a":1,"b":3},"seals":{},"version":3}');
});

test('a client is answered when the turn of its document has come, with what is active then', async () => {
  ledger.activate({ a: 1 });
  let go: () => void = () => undefined;
  const turns = vi.fn<WritingTurn>(() => new Promise((resolve) => (go = resolve)));
  await start();
  turn = turns;
  const connecting = connect(undefined, { asked: FEED_DOCUMENT_ASKED });
  await vi.waitFor(() => expect(turns).toHaveBeenCalledOnce(), WAIT);
  expect(hub.subscriberCount).toBe(0);
  await hub.publish([ledger.activate({ a: 2 })], 2n);
  go();
  const client = await connecting;
  await said(client, 'reset', 'document', 'active', 'synchronized');
  expect(client.text).toContain('"configuration":{"a":2}');
});

test('a client that runs what is active waits for no turn', async () => {
  const active = ledger.activate({ a: 1 });
  turn = () => Promise.reject(new Error('nothing is written for it'));
  await start();
  await said(await connect(`${active.origin}:${active.activation}`), 'synchronized');
});

test('a document that slow clients do not take is held once, not once for each', async () => {
  const bytes = 10 * 1024 * 1024;
  ledger.activate(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, 'x'.repeat(bytes / 40)])));
  await start();
  await said(await connect(undefined, { asked: FEED_DOCUMENT_ASKED }), 'reset', 'document', 'active', 'synchronized');
  const before = process.memoryUsage().arrayBuffers;
  const slow = await Promise.all(Array.from({ length: 20 }, () => connect(undefined, { asked: FEED_DOCUMENT_ASKED, reading: false })));
  await vi.waitFor(() => expect(hub.subscriberCount).toBe(slow.length + 1), WAIT);
  // 20 copies would be 200 MiB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * bytes);
});
