// A node that is sent whole documents over HTTP: by an api that knows how, by an older one that sends leaves, and by a server that lies.
import { markerOf, SigningLedger } from '@confledger/conformance';
import { FEED_DOCUMENT_ASKED, FEED_DOCUMENT_HEADER } from '@confledger/contracts';
import { httpFeed } from '@confledger/feed-http';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectNode, type TradingNode } from './index.js';

type ActiveDocument = ReturnType<SigningLedger['activate']>;

const LEDGER = { environment: 'production', service: 'trading-engine' };
const WAIT = { timeout: 10_000, interval: 1 };

let ledger: SigningLedger;
let hub: HttpFeedPublisher;
let server: Server;
let node: TradingNode | null;
/** A release before the header passes over it. */
let isOlderApi: boolean;
let misbehave: ((response: ServerResponse) => void) | null;

beforeEach(async () => {
  ledger = new SigningLedger();
  node = null;
  isOlderApi = false;
  misbehave = null;
  hub = createHttpFeed({ installation: 'inst', load: () => Promise.resolve(ledger.newest), position: () => 0n, beatIntervalMs: 20 });
  await hub.takeOver(new AbortController().signal);
  server = createServer((request, response) => {
    if (misbehave === null) return void hub.subscribe(ledger.name, { response, ...askedBy(request) });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    misbehave(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await node?.close();
  await hub.close();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

function askedBy({ headers }: IncomingMessage): { readonly lastEventId: string | null; readonly takesDocument: boolean } {
  const lastEventId = headers['last-event-id'];
  return {
    lastEventId: typeof lastEventId === 'string' ? lastEventId : null,
    takesDocument: !isOlderApi && headers[FEED_DOCUMENT_HEADER] === FEED_DOCUMENT_ASKED,
  };
}

async function connect(): Promise<TradingNode> {
  const feed = httpFeed({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, reconnectDelayMsMax: 20 });
  node = await connectNode({ ...LEDGER, feed, publicKey: ledger.key.publicKey, report: null, staleAfterMs: 100, startTimeoutMs: 5_000 });
  return node;
}

async function activate(json: Parameters<SigningLedger['activate']>[0]): Promise<ActiveDocument> {
  const active = ledger.activate(json);
  await hub.publish([active], BigInt(active.activation));
  return active;
}

const runs = (active: ActiveDocument): Promise<void> =>
  vi.waitFor(() => expect(node?.status).toMatchObject({ state: 'ready', running: { activation: active.activation } }), WAIT);

const DOCUMENT = { risk: { limit: 1, 'a.b': null, open: {} }, list: [{ b: '\n', a: '\u2028é😀' }], text: '\\' };

test.each([
  ['an api that knows documents', false],
  ['an older api', true],
])('a node of %s runs what is active, follows it, and is sent it anew when it was away', async (_, older) => {
  isOlderApi = older;
  await activate(DOCUMENT);
  const { snapshot } = await connect();
  expect(snapshot.toJson()).toEqual(DOCUMENT);
  await runs(await activate({ ...DOCUMENT, risk: { limit: 2 } }));
  misbehave = (response) => response.destroy();
  server.closeAllConnections();
  const third = await activate({ ...DOCUMENT, text: 'away' });
  misbehave = null;
  await runs(third);
  expect(node?.snapshot.toJson()).toEqual({ ...DOCUMENT, text: 'away' });
});

test('an api may be replaced by an older one, and by a newer one again', async () => {
  await activate(DOCUMENT);
  await connect();
  for (const older of [true, false]) {
    isOlderApi = older;
    misbehave = (response) => response.destroy();
    server.closeAllConnections();
    const next = await activate({ ...DOCUMENT, text: `older: ${older}` });
    misbehave = null;
    await runs(next);
  }
});

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const reset = 'event: reset\ndata: {"incarnation":"inst"}\n\n';
const documentEvent = (data: string): string => `${reset}event: document\ndata: ${data}\n\n`;
const endOf = (active: ActiveDocument): string =>
  `event: active\ndata: ${JSON.stringify(markerOf(active))}\n\nevent: synchronized\ndata: {}\n\n`;

describe('a node keeps its snapshot while the server sends', () => {
  test.each<[string, string, string]>([
    ['a document that is not JSON', '{oops', 'not JSON'],
    ['one with a name twice', '{"configuration":{"a":"\\\\","b":1,"b":666},"seals":{},"version":9}', 'not JSON'],
    ['one with half a surrogate pair', '{"configuration":{"a":"\\ud800"},"seals":{},"version":9}', 'not JSON'],
    ['one that no stack holds', `{"configuration":{"a":"\\\\","b":${nested(200_000)}},"seals":{},"version":9}`, 'not JSON'],
    ['such a one without a backslash', `{"configuration":{"a":${nested(200_000)}},"seals":{},"version":9}`, 'digest'],
    ['a list in its place', '{"configuration":[1],"seals":{},"version":9}', 'wrong shape'],
    ['null in its place', '{"configuration":null,"seals":{},"version":9}', 'wrong shape'],
    ['no configuration', '{"seals":{},"version":9}', 'wrong shape'],
    ['no seals', '{"configuration":{"a":1},"version":9}', 'wrong shape'],
    ['no version', '{"configuration":{"a":1},"seals":{}}', 'wrong shape'],
    ['another document than was signed', '{"configuration":{"a":667},"seals":{},"version":9}', 'digest'],
    [
      'a name twice of which the last counts, and is not what was signed',
      '{"configuration":{"a":666,"a":1},"seals":{},"version":9}',
      'digest',
    ],
  ])('%s', async (_, data, problem) => {
    await activate({ a: 1 });
    const running = await connect();
    const problems = new Set<string | null>();
    const next = ledger.activate({ a: 666 });
    let lies = 0;
    misbehave = (response) => {
      problems.add(running.status.problem);
      lies += 1;
      response.write(documentEvent(data) + endOf(next));
    };
    server.closeAllConnections();
    await vi.waitFor(() => expect(lies).toBeGreaterThanOrEqual(3), WAIT);
    expect(running.handle('a').current).toBe(1);
    expect([...problems].join()).toContain(problem);
    misbehave = null;
    await hub.publish([next], 9n);
    server.closeAllConnections();
    await runs(next);
  });

  test('a document that breaks off: the next connection begins anew', async () => {
    const first = await activate({ a: 1 });
    await connect();
    const next = ledger.activate({ a: 666 });
    const whole = documentEvent(`{"configuration":{"a":666},"seals":{},"version":${next.version}}`) + endOf(next);
    let ends = 0;
    misbehave = (response) => {
      ends += 1;
      // Once within the document, once behind it, then everything but the reset and the document.
      if (ends === 3) response.end(endOf(next));
      else response.end(whole.slice(0, whole.indexOf(ends === 1 ? '"seals"' : 'event: active')));
    };
    server.closeAllConnections();
    await vi.waitFor(() => expect(ends).toBeGreaterThanOrEqual(4), WAIT);
    expect(node?.status.running).toMatchObject({ activation: first.activation });
    misbehave = null;
    await hub.publish([next], 9n);
    server.closeAllConnections();
    await runs(next);
  });
});
