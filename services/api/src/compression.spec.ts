// Compressed answers, and a proxy between that compresses: every form, and every validator, through both.
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

const LARGE = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key-${index}`, index]));
let given: ApiUnderTest;
let feed: HttpFeedPublisher;
let api: URL;
let proxy: Server;
let proxied: URL;

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function send(base: URL, method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer): Promise<Got> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = ask(new URL(`/api/v1${path}`, base), {
    method,
    agent: false,
    headers: { authorization: `Bearer ${TOKEN}`, ...type, ...headers },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await bytesOf(response) };
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What proxies that compress do: ask upstream for plain bytes, compress them, and mark the entity tag as weak. */
async function compressing(upstream: URL): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const { 'accept-encoding': _, host: __, ...headers } = incoming.headers;
      const onward = ask(new URL(incoming.url ?? '/', upstream), { method: incoming.method, agent: false, headers });
      onward.end(await bytesOf(incoming));
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      const { 'content-length': ___, etag, ...rest } = answer.headers;
      const body = await bytesOf(answer);
      outgoing.writeHead(answer.statusCode ?? 0, {
        ...rest,
        ...(etag && { etag: `W/${etag}` }),
        ...(body.length > 0 && { 'content-encoding': 'gzip' }),
      });
      outgoing.end(body.length > 0 ? gzipSync(body) : undefined);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  feed = createHttpFeed({ installation: 'here', load: () => Promise.resolve(null), position: () => 0n });
  given = await startApi({ feed });
  await given.ask('PUT /configurations/engine', { body: { configuration: LARGE, activate: true } });
  api = new URL(await given.api.app.listen({ host: '127.0.0.1', port: 0 }));
  proxy = await compressing(api);
  proxied = new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await given.close();
  await feed.close();
});

test.each([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
])('a document is sent as %s to who takes it, with the tag that it has uncompressed', async (encoding, decoded) => {
  const plain = await send(api, 'GET', '/configurations/engine?raw=true');
  const { headers, body } = await send(api, 'GET', '/configurations/engine?raw=true', { 'accept-encoding': encoding });
  expect([headers['content-encoding'], headers.etag]).toEqual([encoding, plain.headers.etag]);
  expect(headers.vary).toMatch(/accept-encoding/i);
  expect(body.length).toBeLessThan(plain.body.length / 2);
  expect(decoded(body)).toEqual(plain.body);
  const again = await send(api, 'GET', '/configurations/engine', { 'accept-encoding': encoding, 'if-none-match': String(headers.etag) });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

test.each([
  ['GET', '/configurations/engine/key-1', {}],
  ['GET', '/configurations/engine', { 'accept-encoding': 'identity' }],
  ['POST', '/verify', {}],
])('%s %s is not compressed', async (method, path, headers) => {
  const answer = await send(api, method, path, { 'accept-encoding': 'gzip', ...headers });
  expect([answer.status, answer.headers['content-encoding']]).toEqual([200, undefined]);
});

test('a write and the feed are not compressed', async () => {
  const changes = JSON.stringify({
    configuration: Object.fromEntries(
      Object.keys(LARGE)
        .slice(0, 200)
        .map((key) => [key, 'x']),
    ),
    dryRun: true,
  });
  const written = await send(api, 'PATCH', '/configurations/engine', { 'accept-encoding': 'gzip' }, changes);
  expect([written.status, written.headers['content-encoding'], written.body.length > 2_000]).toEqual([200, undefined, true]);
  const sent = ask(new URL('/api/v1/feed?service=engine', api), {
    agent: false,
    headers: { authorization: `Bearer ${TOKEN}`, 'accept-encoding': 'gzip' },
  });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers['content-encoding']]).toEqual([200, undefined]);
  response.destroy();
});

test('a body that is compressed, or says so, is refused and not inflated', async () => {
  for (const body of ['{"value":1}', gzipSync('{"value":2}')]) {
    const answer = await send(api, 'PUT', '/configurations/engine/x', { 'content-encoding': 'gzip' }, body);
    expect([answer.status, String(answer.body)]).toEqual([415, expect.stringContaining('"path":"content-encoding"')]);
  }
});

test.each([
  ['a value', '/configurations/engine/key-7'],
  ['a value without its envelope', '/configurations/engine/key-7?raw=true'],
  ['a document', '/configurations/engine'],
  ['a document without its envelope', '/configurations/engine?raw=true'],
  ['a document flat', '/configurations/engine?format=flat'],
  ['what runs', '/configurations/engine?version=active'],
])('behind a proxy that compresses, %s is read, is not read twice, and its tag guards', async (_, path) => {
  const first = await send(proxied, 'GET', path);
  const weak = String(first.headers.etag);
  expect([first.status, first.headers['content-encoding'], weak.slice(0, 2)]).toEqual([200, 'gzip', 'W/']);
  expect(gunzipSync(first.body).length).toBeGreaterThan(0);
  expect((await send(proxied, 'GET', path, { 'if-none-match': weak })).status).toBe(304);
  expect((await send(proxied, 'GET', path, { 'if-none-match': 'W/"999999"' })).status).toBe(200);
  const [address = '', query = ''] = path.split('?');
  const isDocument = address.endsWith('/engine');
  const body = JSON.stringify(isDocument ? { configuration: { more: path } } : { value: path });
  const write = () => send(proxied, isDocument ? 'PATCH' : 'PUT', address, { 'if-match': weak }, body);
  // What ran is nothing that can be written over.
  expect((await write()).status).toBe(query.includes('active') ? 412 : 200);
  expect((await write()).status).toBe(412);
});
