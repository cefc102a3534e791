// Markers with statement 2 at a node over HTTP: a golden one is run, kept and read back, whatever is changed in it is refused, and statement 1
// stays good. What the node verifies is said in the header of its reports.
import { goldenActivation, leavesOf, markerOf, SigningLedger, type GoldenActivation } from '@confledger/conformance';
import { httpFeed } from '@confledger/feed-http';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectNode, type ConnectNodeOptions, type NoSchemas, type TradingNode } from './index.js';

const LEDGER = { environment: 'production', service: 'trading-engine' };
const WAIT = { timeout: 10_000, interval: 2 };

let golden: GoldenActivation;
let server: Server;
/** What the server sends of a marker, and its leaves. */
let told: { readonly marker: object; readonly leaves: readonly object[] };
let reports: { readonly headers: IncomingHttpHeaders; readonly body: object }[];
let nodes: TradingNode[];
let cacheFile: string;
let directory: string;

beforeEach(async () => {
  golden = goldenActivation();
  told = golden;
  [reports, nodes] = [[], []];
  directory = await mkdtemp(join(tmpdir(), 'confledger-statements-'));
  cacheFile = join(directory, 'node.cache');
  server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (name: string, data: object): boolean => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
      send('reset', { incarnation: 'i' });
      for (const leaf of told.leaves) send('leaf', leaf);
      send('active', told.marker);
      send('synchronized', {});
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      reports.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as object });
      response.writeHead(201).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  if (server.listening) await stop();
  await rm(directory, { recursive: true });
});

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

async function connect(more: Partial<ConnectNodeOptions> = {}): Promise<TradingNode> {
  const feed = httpFeed({ url: `http://127.0.0.1:${(server.address() as AddressInfo | null)?.port ?? 1}`, reconnectDelayMsMax: 50 });
  const node = await connectNode<NoSchemas>({
    ...LEDGER,
    name: 'n',
    feed,
    publicKey: golden.publicKey,
    cacheFile,
    startTimeoutMs: 2_000,
    ...more,
  });
  nodes.push(node);
  return node;
}

test('the golden marker is verified and run, and its cache file is verified and run when the server is gone', async () => {
  const node = await connect();
  const { version, activation, digest } = golden.marker;
  expect(node.status).toMatchObject({ state: 'ready', running: { version, activation, digest } });
  expect(node.snapshot.get('risk.parameters.maxPositionSize')).toBe(1000);
  await node.close();
  await stop();
  const again = await connect({ startTimeoutMs: 50 });
  expect(again.status).toMatchObject({ state: 'stale', source: 'cache', running: { activation } });
});

const ZEROS = '0'.repeat(64);
test.each<[string, object]>([
  ['previousActivation', { previousActivation: null }],
  ['own', { own: ZEROS }],
  ['layers', { layers: [{ ledger: 'staging.trading-engine', origin: 'o', activation: 1, version: 0, digest: ZEROS }] }],
  ['restart', { restart: ['risk.**'] }],
  ['pinned', { pinned: true }],
  ['definition', { definition: 3 }],
  ['previousHash', { previousHash: ZEROS }],
  ['actor', { actor: 'mallory' }],
  ['occurredAt', { occurredAt: '2030-01-01T00:00:00.000Z' }],
  ['form, because its own is gone', { own: undefined }],
])('a marker with another %s is refused', async (_, members) => {
  told = { ...golden, marker: { ...golden.marker, ...members } };
  const starting = connect({ startTimeoutMs: 1_000 });
  await expect(starting).rejects.toMatchObject({ code: 'ACTIVATION_REFUSED', message: expect.stringContaining('signature') });
});

test('a cache file whose marker was changed in what only statement 2 covers is not started from', async () => {
  await (await connect()).close();
  await stop();
  await writeFile(cacheFile, (await readFile(cacheFile, 'utf8')).replace('"pinned":false', '"pinned":true'));
  const errors: string[] = [];
  const starting = connect({ startTimeoutMs: 50, onError: ({ message }) => errors.push(message) });
  await expect(starting).rejects.toMatchObject({ code: 'START_TIMEOUT' });
  expect(errors).toContainEqual(expect.stringContaining('signature'));
});

test('statement 1 is verified as before, from an api that writes it and from a cache file of before', async () => {
  const ledger = new SigningLedger();
  const active = ledger.activate({ a: 1 });
  const { publicKey } = ledger.key;
  told = { marker: markerOf(active), leaves: leavesOf(active) };
  expect(told.marker).not.toHaveProperty('own');
  await (await connect({ publicKey })).close();
  await stop();
  const { origin, activation, version, previous, digest, keyId, signature, actor, occurredAt } = active;
  const marker = { origin, activation, version, previous, digest, changes: 1, keyId, signature, actor, occurredAt };
  const header = { ledger: ledger.name, origin, highestActivation: activation, confirmedAtMs: Date.now(), marker, leaves: 1 };
  await writeFile(cacheFile, `${JSON.stringify({ format: 'confledger.node-cache.v1', ...header })}\n["a",1]\n`);
  const node = await connect({ publicKey, startTimeoutMs: 50 });
  expect(node.status).toMatchObject({ source: 'cache', running: { activation } });
});

test('a report says in a header which SDK it is and that it verifies both forms, and nothing of it in its body', async () => {
  await connect();
  await vi.waitFor(() => expect(reports.at(-1)?.body).toMatchObject({ state: 'ready' }), WAIT);
  expect(reports.at(-1)?.headers['x-confledger-sdk']).toMatch(/^\d+\.\d+\.\d+; statements=1,2$/);
  expect(Object.keys(reports.at(-1)?.body ?? {}).toSorted()).toEqual(['environment', 'rejected', 'running', 'service', 'state']);
});
