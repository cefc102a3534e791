// What only a real socket shows: malformed HTTP, headers that are too large, bodies cut short, streams that end at closing.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { BODY_BYTES_MAX } from './request/body-parser.js';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

const PIECE_BYTES = 64 * 1024;

let given: ApiUnderTest;
let feed: HttpFeedPublisher;
let url: URL;
let closed = false;

beforeEach(async () => {
  feed = createHttpFeed({ installation: 'here', load: () => Promise.resolve(null), position: () => 0n });
  given = await startApi({ feed });
  url = new URL(await given.api.app.listen({ host: '127.0.0.1', port: 0 }));
  closed = false;
});
afterEach(async () => {
  if (!closed) await given.close();
  await feed.close();
});

/** Sends bytes as they are and gives the answer until the connection ends. */
async function send(text: string): Promise<{ status: number; head: string; body: { code?: string; requestId?: string } }> {
  const socket = connect(Number(url.port), url.hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: JSON.parse(body) as { code?: string; requestId?: string } };
}

test('a request that is no HTTP is answered with 400 in the shape of every failure', async () => {
  const { status, body } = await send('this is no HTTP\r\n\r\n');
  expect([status, body]).toEqual([
    400,
    expect.objectContaining({ success: false, code: 'REQUEST_MALFORMED', details: expect.any(Array), requestId: expect.any(String) }),
  ]);
});

test('headers over the limit are answered with 431', async () => {
  const { status, head, body } = await send(`GET /api/v1/status?${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
  expect([status, body.code]).toEqual([431, 'HEADERS_TOO_LARGE']);
  expect(head).toContain(`x-request-id: ${body.requestId}`);
  expect(head).toMatch(/cache-control: private, no-cache[^]*x-content-type-options: nosniff/);
});

test('a chunked body of another type is refused, an empty one is none', async () => {
  const head = (method: string, path: string) =>
    [
      `${method} /api/v1/configurations/engine${path} HTTP/1.1`,
      'host: x',
      `authorization: Bearer ${TOKEN}`,
      'content-type: text/plain',
      'transfer-encoding: chunked',
      'connection: close',
      '\r\n',
    ].join('\r\n');
  const refused = await send(`${head('PUT', '/x')}5\r\nhello\r\n0\r\n\r\n`);
  expect([refused.status, refused.body.code]).toEqual([415, 'CONTENT_TYPE_UNSUPPORTED']);
  const empty = await send(`${head('DELETE', '/x')}0\r\n\r\n`);
  expect([empty.status, empty.body.code]).toEqual([404, 'LEDGER_UNKNOWN']);
});

test('a client that goes away in the middle of its body is no fault of ours', async () => {
  const before = given.log.length;
  const head = `PUT /api/v1/configurations/engine/x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n`;
  const arrived = once(given.api.app.server, 'request');
  const socket = connect(Number(url.port), url.hostname);
  socket.write(`${head}content-length: 30\r\n\r\n{"val`);
  const [request] = (await arrived) as [IncomingMessage];
  socket.destroy();
  await new Promise((resolve) => request.once('close', resolve));
  await fetch(new URL('/health/live', url));
  expect(given.log.slice(before).join('')).not.toContain('request failed');
});

test('a body over the limit is answered also to a client that sends all of it before it listens', async () => {
  const body = Buffer.alloc(BODY_BYTES_MAX + 1, ' ');
  const socket = connect(Number(url.port), url.hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(socket, 'close');
  const lines = [
    'PUT /api/v1/configurations/engine/x HTTP/1.1',
    'host: x',
    `authorization: Bearer ${TOKEN}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '\r\n',
  ];
  socket.write(lines.join('\r\n'));
  for (let start = 0; start < body.length; start += PIECE_BYTES) {
    if (!socket.write(body.subarray(start, start + PIECE_BYTES))) await once(socket, 'drain');
  }
  socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await ended;
  const text = Buffer.concat(chunks).toString();
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  expect(text).toContain('BODY_TOO_LARGE');
  expect(text).toContain('HTTP/1.1 200 OK');
});

test('closing ends the streams of the feed, which else would stay open for ever', async () => {
  const response = await fetch(new URL('/api/v1/feed?service=engine', url), { headers: { authorization: `Bearer ${TOKEN}` } });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toContain('event: synchronized');
  closed = true;
  await given.close();
  const rest = async (): Promise<string> => {
    for (;;) if ((await reader?.read())?.done !== false) return 'ended';
  };
  await expect(rest().catch(() => 'ended')).resolves.toBe('ended');
});
