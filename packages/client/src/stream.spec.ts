// The stream of the feed: how it begins, ends, breaks off and is closed.
import { createHttpFeed } from '@confledger/publisher-http';
import { eventually } from '@confledger/test-support';
import { afterEach, describe, expect, test } from 'vitest';
import { startApi, TOKEN } from '../../../services/api/src/fixtures/api-under-test.js';
import { createClient, LINE_CHARACTERS_MAX } from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe('the stream of the feed', () => {
  async function streaming() {
    const feed = createHttpFeed({ installation: 'here', load: () => Promise.resolve(null), position: () => 0n });
    const given = await startApi({ feed });
    const client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN, timeoutMs: 5_000 });
    closers.push(
      () => feed.close(),
      () => {
        given.api.app.server.closeAllConnections();
        return given.close();
      },
    );
    return { feed, client };
  }

  test('gives its text, and is closed when the loop is left', async () => {
    const { feed, client } = await streaming();
    const { stream, http } = await client.feed({ query: { service: 'engine' } });
    expect(http.status).toBe(200);
    expect(feed.subscriberCount).toBe(1);
    for await (const text of stream) if (text.includes('event: synchronized')) break;
    await eventually(() => feed.subscriberCount === 0);
  });

  test('ends when the api ends it', async () => {
    const { feed, client } = await streaming();
    const { stream } = await client.feed({ query: { service: 'engine' } });
    let text = '';
    for await (const piece of stream) {
      text += piece;
      await feed.close();
    }
    expect(text).toContain('event: synchronized');
  });

  test('rejects with the reason of a signal that aborts while it is read', async () => {
    const { feed, client } = await streaming();
    const stop = new AbortController();
    const reason = new Error('enough');
    const { stream } = await client.feed({ query: { service: 'engine' } }, { signal: stop.signal });
    const read = async (): Promise<void> => {
      for await (const _ of stream) stop.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
    await eventually(() => feed.subscriberCount === 0);
  });

  test('an api that serves no feed says so', async () => {
    const given = await startApi();
    closers.push(() => given.close());
    const client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN });
    await expect(client.feed({ query: { service: 'engine' } })).rejects.toMatchObject({ code: 'FEED_NOT_HERE', status: 404 });
  });
});

describe('an answer of lines', () => {
  /** A server that sends these pieces. */
  const sendingAll = (pieces: Iterable<string> | AsyncIterable<string>) =>
    createClient({
      url: 'http://127.0.0.1:1',
      fetch: () =>
        Promise.resolve(
          new Response(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()), {
            headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
          }),
        ),
    });
  const sending = (...pieces: readonly string[]) => sendingAll(pieces);
  const readAll = async (client: ReturnType<typeof createClient>): Promise<void> => {
    for await (const _ of (await client.verify()).lines);
  };
  const kindsOf = async (client: ReturnType<typeof createClient>): Promise<string[]> => {
    const kinds: string[] = [];
    for await (const { kind } of (await client.verify()).lines) kinds.push(kind);
    return kinds;
  };

  test('gives each line as it was sent, wherever the pieces part', async () => {
    expect(await kindsOf(sending('{"kind":"prog', 'ress"}\n{"kind":"finding"}\n', '{"kind":"result"}', '\n'))).toEqual([
      'progress',
      'finding',
      'result',
    ]);
  });

  test('whose last line is cut off, or is no JSON, broke off', async () => {
    await expect(kindsOf(sending('{"kind":"progress"}\n{"kind":"res'))).rejects.toMatchObject({ name: 'NoAnswer' });
    await expect(kindsOf(sending('{"kind":\n'))).rejects.toMatchObject({ name: 'NoAnswer' });
  });

  test.each([
    ['nothing', ''],
    ['progress', '{"kind":"progress"}\n'],
    ['findings', '{"kind":"finding"}\n'],
    ['what is no object', 'null\n'],
  ])('that ends with %s, between two lines, is no verification', async (_, text) => {
    await expect(readAll(sending(text))).rejects.toMatchObject({ name: 'NoAnswer', why: 'network' });
  });

  test('that says why it could not go on gives that line, then rejects with its code', async () => {
    const kinds: string[] = [];
    const read = async (): Promise<void> => {
      const { lines } = await sending('{"kind":"failed","code":"EVENT_STORE_UNAVAILABLE","error":"it is away"}\n').verify();
      for await (const { kind } of lines) kinds.push(kind);
    };
    await expect(read()).rejects.toMatchObject({ name: 'ApiError', code: 'EVENT_STORE_UNAVAILABLE', message: 'verify: it is away' });
    expect(kinds).toEqual(['failed']);
  });

  test('whose line does not end is refused before it fills the memory', async () => {
    const piece = 'x'.repeat(65_536);
    let pieces = 0;
    const endless = async function* () {
      for (;;) {
        pieces += 1;
        yield await Promise.resolve(piece);
      }
    };
    await expect(readAll(sendingAll(endless()))).rejects.toMatchObject({
      name: 'AnswerTooLarge',
      message: expect.stringContaining(`${LINE_CHARACTERS_MAX} characters`) as string,
    });
    expect(pieces * piece.length).toBeLessThan(2 * LINE_CHARACTERS_MAX);
  });

  test('that is left closes its connection', async () => {
    let isOpen = true;
    const endless = async function* () {
      try {
        for (;;) yield await Promise.resolve('{"kind":"progress"}\n');
      } finally {
        isOpen = false;
      }
    };
    const { lines } = await sendingAll(endless()).verify();
    for await (const _ of lines) break;
    await eventually(() => !isOpen);
  });

  test('of an api is the verification, whose last line is the result', async () => {
    const given = await startApi();
    closers.push(() => given.close());
    const client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN });
    expect((await kindsOf(client)).at(-1)).toBe('result');
  });
});
