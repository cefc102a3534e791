// Servers, or what stands before them, that keep a connection alive and say nothing: a node leaves them and tries again.
import type { FeedSession, FeedSink } from '@confledger/contracts';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

test('a refusal whose text never ends is taken as far as it came', async () => {
  answer = (response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    trickle(response, ' ');
  };
  open(5_000);
  await vi.waitFor(() => expect(connections).toBeGreaterThan(1), WAIT);
  expect(problems[0]).toBe('the api answered 503');
});
