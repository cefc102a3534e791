// What only a real socket shows: malformed HTTP, headers that are too large, bodies cut short, streams that end at closing.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/feed-http/publisher';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

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
async function send(text: string): Promise<{ status: number; body: { code?: string } }> {
  const socket = connect(Number(url.port), url.hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) as { code?: string } };
}

test('a request that is no HTTP is answered with 400 in the shape of every failure', async () => {
  const { status, body } = await send('this is no HTTP\r\n\r\n');
  expect([status, body]).toEqual([
    400,
    expect.objectContaining({ success: false, code: 'REQUEST_MALFORMED', details: expect.any(Array), requestId: expect.any(String) }),
  ]);
});

test('headers over the limit are answered with 431', async () => {
  const { status, body } = await send(`GET /api/v1/status?${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
  expect([status, body.code]).toEqual([431, 'HEADERS_TOO_LARGE']);
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
