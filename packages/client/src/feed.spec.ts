// The feed as events: what is read, what is passed over, how it is resumed, and when it is given up.
import { activeByName, runRelay } from '@confledger/application';
import { FEED_DOCUMENT_CHARACTERS_MAX, FEED_EVENT_NAMES } from '@confledger/contracts';
import { createHttpFeed } from '@confledger/publisher-http';
import { eventually } from '@confledger/test-support';
import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApi, TOKEN } from '../../../services/api/src/fixtures/api-under-test.js';
import { createClient, EVENT_CHARACTERS_MAX, FEED_SILENCE_MS_MAX, type FeedEvent } from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const query = { service: 'engine' };
const OPEN = { 'content-type': 'text/event-stream' };

/** A server that answers each connection by the next of these, and stays at the last one; with the ids that it was asked to go on behind. */
async function serving(...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers['last-event-id'] ?? null);
    answers[Math.min(asked.length, answers.length) - 1]?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { asked, client: createClient({ url: `http://127.0.0.1:${address.port}` }) };
}

const sending =
  (text: string, end: 'end' | 'break' | 'open') =>
  (response: ServerResponse): void => {
    response.writeHead(200, OPEN);
    response.write(text, () => {
      if (end === 'end') response.end();
      else if (end === 'break') setImmediate(() => response.destroy());
    });
  };

/** A client of a server that sends these pieces. */
const sendingPieces = (pieces: Iterable<string> | AsyncIterable<string | Uint8Array<ArrayBuffer>>) =>
  createClient({
    url: 'http://127.0.0.1:1',
    fetch: () => Promise.resolve(new Response(ReadableStream.from(bytesOf(pieces)), { headers: OPEN })),
  });

async function* bytesOf(pieces: Iterable<string> | AsyncIterable<string | Uint8Array<ArrayBuffer>>) {
  for await (const piece of pieces) yield typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
}

async function read(events: AsyncIterable<FeedEvent>): Promise<FeedEvent[]> {
  const all: FeedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test('the events of an api have their names, ids and data, and an early break closes the connection', async () => {
  const feed = createHttpFeed({
    installation: 'here',
    load: (ledger) => activeByName(given.ledgers, ledger),
    position: () => 0n,
    beatIntervalMs: 20,
  });
  const given = await startApi({ feed });
  const stopping = new AbortController();
  const relay = runRelay({ events: given.store, ledgers: given.ledgers, publisher: feed, onEvent: () => undefined }, stopping.signal);
  closers.push(async () => {
    stopping.abort();
    await relay;
    await feed.close();
    given.api.app.server.closeAllConnections();
    await given.close();
  });
  const client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN });
  await client.createConfiguration({ service: 'engine', body: { configuration: { a: 1, 'b.c': 'ü' }, activate: true } });
  const signal = new AbortController().signal;
  const { events, http } = await client.feed({ query }, { signal });
  const seen: FeedEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (event.name === 'beat') break;
  }
  expect(http.status).toBe(200);
  expect(seen.map(({ name }) => name)).toEqual(expect.arrayContaining(['reset', 'leaf', 'active', 'synchronized', 'beat']));
  const leaves = seen.flatMap((event) => (event.name === 'leaf' && 'value' in event.data ? [[event.data.path, event.data.value]] : []));
  expect(leaves).toEqual([
    ['a', 1],
    ['b\\.c', 'ü'],
  ]);
  expect(seen.find(({ name }) => name === 'active')?.id).toMatch(/./);
  await eventually(() => feed.subscriberCount === 0);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('an event', () => {
  test('is read wherever the pieces part, with either line end, over several lines of data, without what is unknown', async () => {
    const text =
      ': a comment\r\nevent: leaf\r\ndata: {"path":"ü",\r\ndata:"value":1}\r\nretry: 5\r\n\r\nevent: news\ndata: {}\n\nid: x:1\nevent: active\ndata: {"more":1}\n\nevent: beat\n\n';
    for (const pieces of [[text], Array.from(text)]) {
      const { events } = await sendingPieces(pieces).feed({ query });
      expect(await read(events)).toEqual([
        { name: 'leaf', id: null, data: { path: 'ü', value: 1 } },
        { name: 'active', id: 'x:1', data: { more: 1 } },
      ]);
    }
  });

  test('that is cut off by the end is dropped', async () => {
    const { events } = await sendingPieces(['event: reset\ndata: {}\n\nevent: leaf\ndata: {"path":']).feed({ query });
    expect((await read(events)).map(({ name }) => name)).toEqual(['reset']);
  });

  test('that is no JSON is a foreign answer, and nothing is resumed', async () => {
    const { events } = await sendingPieces(['event: leaf\ndata: {"path"\n\n']).feed({ query });
    await expect(read(events)).rejects.toMatchObject({ code: 'FOREIGN_ANSWER', message: expect.stringContaining('`leaf` is no JSON') });
  });

  test.each([
    ['in one line', 'data: ', '', 2 * EVENT_CHARACTERS_MAX],
    ['in many lines', '', 'data: x\n', 4 * 1_048_576],
  ])('that does not end is refused before it fills the memory: %s', async (_, first, line, charactersMax) => {
    const piece = new TextEncoder().encode(line === '' ? 'x'.repeat(1_048_576) : line.repeat(131_072));
    let sent = 0;
    const endless = async function* () {
      yield new TextEncoder().encode(first);
      for (;;) {
        sent += piece.length;
        yield await Promise.resolve(piece);
      }
    };
    const { events } = await sendingPieces(endless()).feed({ query });
    await expect(read(events)).rejects.toMatchObject({
      code: 'ANSWER_TOO_LARGE',
      message: expect.stringContaining(`${EVENT_CHARACTERS_MAX} characters`),
    });
    expect(sent).toBeLessThan(charactersMax);
  });

  test('may be as long as the longest document of a feed', () => {
    expect(EVENT_CHARACTERS_MAX).toBe(FEED_DOCUMENT_CHARACTERS_MAX + 1_024);
  });

  test('has one of the names of the contract', async () => {
    const { events } = await sendingPieces(FEED_EVENT_NAMES.map((name) => `event: ${name}\ndata: {}\n\n`)).feed({ query });
    expect((await read(events)).map(({ name }) => name)).toEqual([...FEED_EVENT_NAMES]);
  });
});

describe('a feed that breaks off', () => {
  const reset = 'event: reset\ndata: {"incarnation":"1"}\n\n';
  const synchronized = (id: string): string => `id: ${id}\nevent: synchronized\ndata: {}\n\n`;

  test('is resumed behind the last event that has an id; one that the api ends is over', async () => {
    const { asked, client } = await serving(
      sending(`${reset}${synchronized('x:1')}event: beat\ndata: {}\n\nevent: leaf\ndata: {"pa`, 'break'),
      sending(synchronized('x:2'), 'break'),
      sending(synchronized('x:3'), 'end'),
    );
    const { events } = await client.feed({ query, headers: { 'last-event-id': 'x:0' } });
    expect((await read(events)).map(({ name, id }) => [name, id])).toEqual([
      ['reset', null],
      ['synchronized', 'x:1'],
      ['beat', null],
      ['synchronized', 'x:2'],
      ['synchronized', 'x:3'],
    ]);
    expect(asked).toEqual(['x:0', 'x:1', 'x:2']);
  });

  test('before any event has an id begins from the start', async () => {
    const { asked, client } = await serving(sending(reset, 'break'), sending(reset + synchronized('x:1'), 'end'));
    await read((await client.feed({ query })).events);
    expect(asked).toEqual([null, null]);
  });

  test('is over with what the api answers where it refuses to go on', async () => {
    const { client } = await serving(sending(reset, 'break'), (response) => {
      const failure = { success: false, error: 'retired', code: 'ENVIRONMENT_RETIRED', details: [], requestId: '7', timestamp: '' };
      response.writeHead(409, { 'content-type': 'application/json' }).end(JSON.stringify(failure));
    });
    await expect(read((await client.feed({ query })).events)).rejects.toMatchObject({ code: 'ENVIRONMENT_RETIRED' });
  });

  test('is not resumed as text', async () => {
    const { asked, client } = await serving(sending(reset, 'break'));
    const readText = async (): Promise<void> => {
      for await (const _ of (await client.feed({ query })).stream);
    };
    await expect(readText()).rejects.toMatchObject({ name: 'NoAnswer' });
    expect(asked).toHaveLength(1);
  });

  test('is not resumed once its signal has aborted, also while it waits', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const { asked, client } = await serving((response) => {
      response.writeHead(200, OPEN).write(reset, () => {
        setImmediate(() => response.destroy());
        response.once('close', () => setImmediate(() => stop.abort(reason)));
      });
    });
    const { events } = await client.feed({ query }, { signal: stop.signal });
    await expect(read(events)).rejects.toBe(reason);
    expect(asked).toHaveLength(1);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});

describe('in a time that the spec moves', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A client of a server that answers its nth request by this. */
  function answering(body: (request: number) => string | ReadableStream) {
    const seen = { requests: 0 };
    const fetch = (): Promise<Response> => {
      seen.requests += 1;
      return Promise.resolve(new Response(body(seen.requests), { headers: OPEN }));
    };
    return { seen, client: createClient({ url: 'http://api.example', fetch }) };
  }

  const bytes = (text: string) => new TextEncoder().encode(text);

  test('a feed that breaks off is given up when no whole reading comes in the time of the call, however often it begins', async () => {
    const { seen, client } = answering(() => ReadableStream.from([bytes('event: reset\ndata: {}\n\n'), 'no bytes']));
    const { events } = await client.feed({ query });
    const startMs = performance.now();
    const end = read(events).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await end).toMatchObject({ name: 'NoAnswer', why: 'network', message: expect.stringContaining('broke off') });
    expect(seen.requests).toBeGreaterThan(8);
    expect(performance.now() - startMs).toBeGreaterThan(30_000);
    expect(performance.now() - startMs).toBeLessThan(40_000);
  });

  test('a feed that is silent for too long counts as broken and is resumed', async () => {
    const silent = new ReadableStream({ start: (controller) => controller.enqueue(bytes('event: beat\ndata: {}\n\n')) });
    const { seen, client } = answering((request) => (request === 1 ? silent : 'event: reset\ndata: {}\n\n'));
    const { events } = await client.feed({ query });
    const all = read(events);
    await vi.advanceTimersByTimeAsync(FEED_SILENCE_MS_MAX - 1);
    expect(seen.requests).toBe(1);
    await vi.runAllTimersAsync();
    expect((await all).map(({ name }) => name)).toEqual(['beat', 'reset']);
    expect([seen.requests, vi.getTimerCount()]).toEqual([2, 0]);
  });
});
