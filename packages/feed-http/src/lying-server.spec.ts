// Servers, or what stands before them, that keep a connection alive and say nothing: a node leaves them and tries again.
import type { FeedSession, FeedSink } from '@confledger/contracts';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DOCUMENT_EVENT_LENGTH_MAX, EVENT_LENGTH_MAX } from './http-feed-session.js';
import { httpFeed } from './index.js';

const WAIT = { timeout: 10_000, interval: 5 };

let server: Server;
let session: FeedSession;
let connections: number;
let problems: string[];
let answer: (response: ServerResponse) => void;
const trickles = new Set<NodeJS.Timeout>();

beforeEach(async () => {
  connections = 0;
  problems = [];
  server = createServer((_request, response) => {
    connections += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await session.close();
  for (const trickle of trickles) clearInterval(trickle);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** One byte or two, again and again, for as long as somebody listens. */
function trickle(response: ServerResponse, text: string): void {
  const timer = setInterval(() => response.write(text), 10);
  trickles.add(timer);
  response.once('close', () => clearInterval(timer));
}

function open(idleTimeoutMs: number): void {
  const { port } = server.address() as AddressInfo;
  const sink: FeedSink = {
    reset: () => undefined,
    leaf: () => undefined,
    document: () => undefined,
    active: () => undefined,
    synchronized: () => 'complete',
    beat: () => undefined,
    lost: (problem) => void problems.push(problem),
    resumeId: () => null,
  };
  const feed = httpFeed({ url: `http://127.0.0.1:${port}`, idleTimeoutMs, reconnectDelayMsMax: 20 });
  session = feed.open({ environment: 'production', service: 'engine' }, sink);
}

test('a stream of comments without an event is silence', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    trickle(response, ':\n');
  };
  open(300);
  await vi.waitFor(() => expect(connections).toBeGreaterThan(1), WAIT);
  expect(problems[0]).toBe('the api said nothing for 300 ms');
});

test('a stream with beats is none', async () => {
  const beat = { installation: 'i', incarnation: 'i', position: 'i:1', time: '2026-01-01T00:00:00.000Z', partitions: 1 };
  let beats = 0;
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => {
      beats += 1;
      response.write(`event: beat\ndata: ${JSON.stringify(beat)}\n\n`);
    }, 10);
    trickles.add(timer);
    response.once('close', () => clearInterval(timer));
  };
  open(1_000);
  await vi.waitFor(() => expect(beats).toBeGreaterThan(40), WAIT);
  expect([connections, problems]).toEqual([1, []]);
});

test('a document that takes longer than the silence that is allowed, over a slow line, is no silence', async () => {
  const piece = 'x'.repeat(70 * 1024);
  let pieces = 0;
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: document\ndata: {"configuration":{"a":"');
    const timer = setInterval(() => {
      pieces += 1;
      response.write(piece);
    }, 50);
    trickles.add(timer);
    response.once('close', () => clearInterval(timer));
  };
  open(1_000);
  await vi.waitFor(() => expect(pieces).toBeGreaterThan(30), WAIT);
  expect([connections, problems]).toEqual([1, []]);
});

test('a document that comes byte by byte is silence', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: document\ndata: {"configuration":{"a":"');
    trickle(response, 'x');
  };
  open(300);
  await vi.waitFor(() => expect(connections).toBeGreaterThan(1), WAIT);
  expect(problems[0]).toBe('the api said nothing for 300 ms');
});

test.each([
  ['document', DOCUMENT_EVENT_LENGTH_MAX],
  ['leaf', EVENT_LENGTH_MAX],
])('a %s without end is left at %i characters', { timeout: 30_000 }, async (name, lengthMax) => {
  const piece = 'x'.repeat(1024 * 1024);
  let sent = 0;
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: ${name}\ndata: `);
    const more = (): void => {
      while (!response.destroyed && sent < 2 * lengthMax) {
        sent += piece.length;
        if (!response.write(piece)) return void response.once('drain', more);
      }
    };
    more();
  };
  open(20_000);
  await vi.waitFor(() => expect(problems).not.toEqual([]), { ...WAIT, timeout: 20_000 });
  expect(problems[0]).toBe(`an event of the feed is longer than ${lengthMax} characters`);
  expect(sent).toBeGreaterThan(lengthMax - piece.length);
});

test('a refusal whose text never ends is taken as far as it came', async () => {
  answer = (response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    trickle(response, ' ');
  };
  open(5_000);
  await vi.waitFor(() => expect(connections).toBeGreaterThan(1), WAIT);
  expect(problems[0]).toBe('the api answered 503');
});
