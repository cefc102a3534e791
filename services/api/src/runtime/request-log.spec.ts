// Which requests are called slow: those whose answers took long to make, not those whose clients took long to read.
import { Readable } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logRequests } from './request-log.js';

const SLOW_MS = 300;

let app: FastifyInstance;
let lines: string[];
let seconds: number[];

beforeEach(() => {
  lines = [];
  seconds = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  app = Fastify();
  logRequests(app, logger, { request: (_operation, _status, measured) => void seconds.push(measured) }, SLOW_MS);
  app.decorateRequest('actor', { getter: () => ({ id: 'alice', method: 'token', roles: [] }) });
});
afterEach(() => app.close());

/** A payload whose end comes long after its beginning, as when a client does not read. */
async function* slowlyTaken(): AsyncGenerator<string> {
  yield 'begun';
  await later(SLOW_MS + 50);
  yield 'taken';
}

test('a client that reads slowly makes no slow request, in the log or in the measurements', async () => {
  app.get('/read-slowly', async (_request, reply) => reply.send(Readable.from(slowlyTaken())));
  expect((await app.inject('/read-slowly')).body).toBe('beguntaken');
  expect(lines).toEqual([]);
  expect(seconds).toHaveLength(1);
  expect(seconds[0]).toBeLessThan(SLOW_MS / 1_000);
});

test('a request whose answer takes long to be ready is a slow one, and named', async () => {
  app.get('/made-slowly', async () => {
    await later(SLOW_MS + 50);
    return 'ready';
  });
  await app.inject('/made-slowly?secret=1');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { msg: 'slow request', method: 'GET', path: '/made-slowly', status: 200, actor: 'alice' },
  ]);
  expect(seconds[0]).toBeGreaterThan(SLOW_MS / 1_000);
});
