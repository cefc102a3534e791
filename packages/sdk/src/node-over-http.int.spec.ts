// A node over the HTTP feed, with a real server that breaks, comes back, and lies.
import { leavesOf, markerOf, SigningLedger } from '@confledger/conformance';
import { FEED_DOCUMENT_ASKED, FEED_DOCUMENT_HEADER } from '@confledger/contracts';
import { httpFeed } from '@confledger/feed-http';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectNode, type ConnectNodeOptions, type NoSchemas, type TradingNode } from './index.js';

type ActiveDocument = ReturnType<SigningLedger['activate']>;

const LEDGER = { environment: 'production', service: 'trading-engine' };
const WAIT = { timeout: 10_000, interval: 1 };

let ledger: SigningLedger;
let hub: HttpFeedPublisher;
let server: Server;
let port: number;
/** What the server does instead of serving the feed. */
let misbehave: RequestListener | null;
let reports: { readonly url: string; readonly authorization: string | undefined; readonly body: unknown }[];
let nodes: TradingNode[];
let directory: string;

beforeEach(async () => {
  ledger = new SigningLedger();
  misbehave = null;
  reports = [];
  nodes = [];
  directory = await mkdtemp(join(tmpdir(), 'confledger-node-'));
  hub = createHttpFeed({ installation: 'inst', load: () => Promise.resolve(ledger.newest), position: () => 0n, beatIntervalMs: 20 });
  await hub.takeOver(new AbortController().signal);
  server = createServer((request, response) => {
    if (misbehave !== null) misbehave(request, response);
    else if (request.method === 'POST') void receiveReport(request.url ?? '', request.headers.authorization, request, response);
    else void hub.subscribe(ledger.name, { response, ...askedBy(request) });
  });
  port = 0;
  await listen();
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await hub.close();
  if (server.listening) await stop();
  await rm(directory, { recursive: true });
});

async function connect(more: Partial<ConnectNodeOptions> = {}): Promise<TradingNode> {
  const feed = httpFeed({ url: `http://127.0.0.1:${port}`, token: 'secret-token', reconnectDelayMsMax: 50 });
  const node = await connectNode<NoSchemas>({
    ...LEDGER,
    name: 'engine-7',
    feed,
    publicKey: ledger.key.publicKey,
    startTimeoutMs: 2_000,
    ...more,
  });
  nodes.push(node);
  return node;
}

async function activate(json: Parameters<SigningLedger['activate']>[0]): Promise<ActiveDocument> {
  const active = ledger.activate(json);
  await hub.publish([active], BigInt(active.activation));
  return active;
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const runs = (node: TradingNode, active: ActiveDocument): Promise<void> =>
  vi.waitFor(() => expect(node.status).toMatchObject({ state: 'ready', running: { activation: active.activation } }), WAIT);

describe('a node over HTTP', () => {
  test('swaps each activation, and says so with its name and token', async () => {
    await activate({ risk: { limit: 1 } });
    const node = await connect();
    const second = await activate({ risk: { limit: 2 } });
    await runs(node, second);
    expect(node.handle('risk.limit').current).toBe(2);
    await vi.waitFor(
      () => expect(reports.at(-1)?.body).toMatchObject({ ...LEDGER, state: 'ready', running: { version: second.version }, rejected: null }),
      WAIT,
    );
    expect(reports.at(-1)).toMatchObject({ url: '/api/v1/nodes/engine-7', authorization: 'Bearer secret-token' });
    await node.close();
    expect(reports.at(-1)?.body).toMatchObject({ state: 'closed' });
  });

  test('that loses the feed goes on, becomes stale in time, comes back and catches up', async () => {
    await activate({ a: 1 });
    const node = await connect({ staleAfterMs: 60 });
    await stop();
    await vi.waitFor(() => expect(node.status.state).toBe('stale'), WAIT);
    expect(node.handle('a').current).toBe(1);
    expect(node.status.problem).toContain('no connection');
    const second = await activate({ a: 2 });
    await listen();
    await runs(node, second);
    expect(node.status).toMatchObject({ source: 'feed', problem: null });
  });

  test('that loses the connection for a moment only is ready all the while', async () => {
    await activate({ a: 1 });
    const states = new Set<string>();
    const node = await connect({ onStatus: ({ state }) => states.add(state) });
    states.clear();
    server.closeAllConnections();
    await vi.waitFor(() => expect(node.status.problem).not.toBeNull(), WAIT);
    await vi.waitFor(() => expect(node.status.problem).toBeNull(), WAIT);
    expect(states).toEqual(new Set(['ready']));
  });

  test('starts from its cache file when the server is down, and follows when it is back', async () => {
    const cacheFile = join(directory, 'node.cache');
    await activate({ a: 1 });
    await (await connect({ cacheFile })).close();
    await stop();
    const node = await connect({ cacheFile, startTimeoutMs: 50 });
    expect(node.handle('a').current).toBe(1);
    expect(node.status).toMatchObject({ state: 'stale', source: 'cache' });
    await listen();
    await vi.waitFor(() => expect(node.status).toMatchObject({ state: 'ready', source: 'feed' }), WAIT);
  });

  test('that starts before anything is active runs the first activation', async () => {
    const connecting = connect({ waitForFirst: true });
    await vi.waitFor(() => expect(hub.subscriberCount).toBe(1), WAIT);
    const first = await activate({ a: 1 });
    await runs(await connecting, first);
  });

  test.each<[string, string, RequestListener]>([
    [
      'refuses its token',
      'refused the token (401): UNAUTHORIZED: no such token',
      (_, response) => response.writeHead(401).end('{"code":"UNAUTHORIZED","error":"no such token."}'),
    ],
    [
      'knows no such environment',
      'answered 404: ENVIRONMENT_UNKNOWN',
      (_, response) => response.writeHead(404).end('{"code":"ENVIRONMENT_UNKNOWN"}'),
    ],
    ['answers at any length', 'answered 500', (_, response) => response.writeHead(500).end('x'.repeat(1_000_000))],
    ['redirects', 'redirects (302)', (_, response) => response.writeHead(302, { location: 'https://elsewhere' }).end()],
    [
      'is something else',
      'text/html instead of a stream',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    ['hangs up', 'no connection to the api: ECONNRESET', (request) => request.socket.destroy()],
  ])('says why it cannot start when the server %s', async (_, words, listener) => {
    misbehave = listener;
    const starting = connect({ startTimeoutMs: 400 });
    await expect(starting).rejects.toMatchObject({ code: 'START_TIMEOUT', message: expect.stringContaining(words) });
    await expect(starting).rejects.not.toMatchObject({ message: expect.stringMatching(/secret-token|\.$/) });
  });

  test.each<[string, (response: ServerResponse, next: ActiveDocument) => void]>([
    ['records that are not JSON', (response) => response.write('event: leaf\ndata: {oops\n\n')],
    [
      'records that hold a name twice',
      (response) => response.write('event: leaf\ndata: {"path":"\\\\","value":1,"value":2,"version":9}\n\n'),
    ],
    [
      'a value that no stack holds',
      (response) => response.write(`event: reset\ndata: {}\n\nevent: leaf\ndata: {"path":"a","value":${nested(200_000)},"version":9}\n\n`),
    ],
    [
      'such a value behind a backslash',
      (response) => response.write(`event: leaf\ndata: {"path":"\\\\","value":${nested(200_000)},"version":9}\n\n`),
    ],
    ['records of a wrong shape', (response) => response.write('event: active\ndata: {"activation":"9"}\n\n')],
    ['a digest that its leaves do not give', (response, next) => response.write(frames(next, leavesOf(next).slice(1)))],
    ['a changed marker', (response, next) => response.write(frames({ ...next, version: 77 }, leavesOf(next)))],
    ['an event without end', (response) => response.write(`data: ${'x'.repeat(3_000_000)}`)],
  ])('keeps its snapshot while the server sends %s', async (_, lie) => {
    await activate({ a: 1, b: 1 });
    const node = await connect({ staleAfterMs: 100 });
    let lies = 0;
    const next = ledger.activate({ a: 666, b: 666 });
    misbehave = (request, response) => {
      request.resume();
      if (request.method === 'POST') return void response.end();
      lies += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      lie(response, next);
    };
    server.closeAllConnections();
    await vi.waitFor(() => expect(lies).toBeGreaterThanOrEqual(3), WAIT);
    expect(node.handle('a').current).toBe(1);
    expect(node.status.problem).not.toBeNull();
    await vi.waitFor(() => expect(node.status.state).toBe('stale'), WAIT);
    misbehave = null;
    await hub.publish([next], 9n);
    server.closeAllConnections();
    await runs(node, next);
  });

  test('leaves nothing behind when it is closed: no socket, no timer, no report under way', async () => {
    const before = resources();
    await activate({ a: 1 });
    const node = await connect({ cacheFile: join(directory, 'node.cache') });
    misbehave = () => undefined;
    await activate({ a: 2 });
    await node.close();
    expect(await resourcesBeyond(before)).toEqual([]);
  });

  test('that fails to start leaves nothing behind either', async () => {
    const before = resources();
    await expect(connect()).rejects.toMatchObject({ code: 'NOTHING_ACTIVE' });
    misbehave = () => undefined;
    await expect(connect({ startTimeoutMs: 20 })).rejects.toMatchObject({ code: 'START_TIMEOUT' });
    server.closeAllConnections();
    expect(await resourcesBeyond(before)).toEqual([]);
  });
});

function frames(active: ActiveDocument, leaves: readonly object[]): string {
  const parts = [
    'event: reset\ndata: {"incarnation":"inst"}\n\n',
    ...leaves.map((leaf) => `event: leaf\ndata: ${JSON.stringify(leaf)}\n\n`),
  ];
  return `${parts.join('')}event: active\ndata: ${JSON.stringify(markerOf(active))}\n\nevent: synchronized\ndata: {}\n\n`;
}

/** What keeps this process busy that did not before, or after 5 s. Looks between timers, so that its own do not count. */
async function resourcesBeyond(before: readonly string[]): Promise<string[]> {
  let beyond = without(resources(), before);
  for (let tries = 0; tries < 1_000 && beyond.length > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    beyond = without(resources(), before);
  }
  return beyond;
}

/** The files that ran in this process before may have left connections that are kept open for a while. */
function without(all: readonly string[], known: readonly string[]): string[] {
  const left = [...known];
  return all.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => ['TCPServerWrap', 'TCPSocketWrap', 'TCPWRAP', 'Timeout', 'GetAddrInfoReqWrap', 'TCPConnectWrap'].includes(kind));
}

async function receiveReport(
  url: string,
  authorization: string | undefined,
  request: AsyncIterable<Buffer>,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  reports.push({ url, authorization, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
  response.writeHead(201).end();
}

function askedBy({ headers }: IncomingMessage): { readonly lastEventId: string | null; readonly takesDocument: boolean } {
  const lastEventId = headers['last-event-id'];
  return {
    lastEventId: typeof lastEventId === 'string' ? lastEventId : null,
    takesDocument: headers[FEED_DOCUMENT_HEADER] === FEED_DOCUMENT_ASKED,
  };
}

async function listen(): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
}

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
