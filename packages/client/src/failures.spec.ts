// What a call rejects with when no api answers: another server, silence, a broken connection, a signal that aborts.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { ANSWER_BYTES_MAX, AnswerTooLarge, createClient, ForeignAnswer, NoAnswer, TIMEOUT_MS_MAX, type Client } from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe('a server that is no api', () => {
  async function serving(listener: RequestListener, timeoutMs?: number): Promise<{ client: Client; server: Server; url: string }> {
    const server = createServer(listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = `http://127.0.0.1:${address.port}`;
    return {
      client: createClient({ url, token: 'a-token', attemptsMax: 1, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
      server,
      url,
    };
  }
  const answering = (status: number, type: string, text: string) =>
    serving((_, response) => response.writeHead(status, { 'content-type': type }).end(text));

  test.each([
    ['a page of a proxy', 502, 'text/html', '<h1>Bad gateway</h1>'],
    ['a page that says all is well', 200, 'text/html; charset=utf-8', '<h1>Welcome</h1>'],
    ['JSON of another shape', 200, 'application/json', '{"data":[]}'],
    ['a failure of another shape', 400, 'application/json', '{"success":false}'],
    ['a failure whose details are none', 400, 'application/json', '{"success":false,"details":[null]}'],
    ['half of an answer', 200, 'application/json', '{"success":true,'],
    ['an answer of ours by another content type', 200, 'text/html', '{"success":true,"data":{}}'],
    ['a list where an object is due', 200, 'application/json', '[]'],
    ['nothing', 204, 'application/json', ''],
    ['success without data', 200, 'application/json', '{"success":true}'],
    ['what is not modified, unasked,', 304, 'application/json', ''],
  ])('%s is a foreign answer, with its status and how it begins', async (_what, status, type, text) => {
    const { client, url } = await answering(status, type, text);
    const failing = client.status();
    await expect(failing).rejects.toBeInstanceOf(ForeignAnswer);
    await expect(failing).rejects.toMatchObject({
      operation: 'status',
      status,
      excerpt: text,
      code: 'FOREIGN_ANSWER',
      remedy: expect.stringContaining('`url`'),
      message: expect.stringContaining(`status ${status}`),
    });
    await expect(failing).rejects.toThrow(`${url}/api/v1/status`);
    if (text !== '') await expect(failing).rejects.toThrow(`begins with ${JSON.stringify(text)}`);
  });

  test('what lacks in a foreign answer is said', async () => {
    const { client } = await answering(200, 'application/json', '{"success":true}');
    await expect(client.status()).rejects.toThrow('no member data');
    const cached = await answering(304, 'application/json', '');
    await expect(cached.client.readConfiguration({ service: 'a' })).rejects.toThrow('named no entity tag');
    const cut = await answering(200, 'application/json', '{"success":true,"da');
    await expect(cut.client.status()).rejects.toThrow('no JSON object, or cut off');
  });

  test('an answer without an end is refused before it fills the memory', async () => {
    let sent = 0;
    const piece = Buffer.alloc(1_048_576, ' ');
    const { client } = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (cut?: Error | null): void => {
        if (cut || response.destroyed) return;
        sent += piece.length;
        // A write after the end calls back at once on newer releases of Node: a turn of the loop lets the end be seen.
        response.write(piece, (error) => setImmediate(more, error));
      };
      more();
    });
    const failing = client.status();
    await expect(failing).rejects.toBeInstanceOf(AnswerTooLarge);
    await expect(failing).rejects.toThrow(`larger than ${ANSWER_BYTES_MAX} bytes`);
    expect(sent).toBeLessThan(2 * ANSWER_BYTES_MAX);
  });

  test.each(['metrics', 'feed', 'health'] as const)('its page is no answer to %s either, and little of it is kept', async (name) => {
    const { client } = await answering(200, 'text/html', 'x '.repeat(10_000));
    const failing = client[name]({ query: { service: 'a' } } as never);
    await expect(failing).rejects.toBeInstanceOf(ForeignAnswer);
    await expect(failing).rejects.toMatchObject({ excerpt: 'x '.repeat(100) });
  });

  test('a redirect is not followed: the error names the host alone, and the token stays where it is', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serving((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const { client } = await serving((_, response) => response.writeHead(307, { location: `${other.url}/hush?token=hush` }).end());
    const failing = client.status();
    await expect(failing).rejects.toMatchObject({
      name: 'ForeignAnswer',
      status: 307,
      redirectsTo: new URL(other.url).host,
      outcome: 'nothing-changed',
      message: expect.stringContaining(`redirects to ${new URL(other.url).host} (status 307)`),
      remedy: expect.stringContaining('as `url`'),
    });
    await expect(failing).rejects.not.toThrow('hush');
    expect(seen).toEqual([]);
  });

  test('a code that only a newer api knows is unknown, and its words are kept', async () => {
    const failure = { success: false, error: 'not now', code: 'FROZEN', details: [], requestId: '7', timestamp: '' };
    const { client } = await answering(409, 'application/json', JSON.stringify(failure));
    await expect(client.status()).rejects.toMatchObject({ name: 'ApiError', code: 'UNKNOWN', status: 409, failure, requestId: '7' });
    await expect(client.status()).rejects.toMatchObject({ remedy: expect.stringContaining('newer than this client'), details: [] });
  });

  test('no server is no answer, by the network, and says where', async () => {
    const { client, server, url } = await serving(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const failing = client.status();
    await expect(failing).rejects.toBeInstanceOf(NoAnswer);
    await expect(failing).rejects.toMatchObject({
      operation: 'status',
      why: 'network',
      message: expect.stringContaining(`GET ${url}/api/v1/status did not answer: ECONNREFUSED`),
    });
    await expect(failing).rejects.not.toThrow('a-token');
  });

  test('a connection that breaks in the middle of an answer is no answer', async () => {
    const { client } = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"success":');
      setImmediate(() => response.destroy());
    });
    await expect(client.status()).rejects.toMatchObject({ name: 'NoAnswer', why: 'network' });
  });

  test('a stream that breaks off is no answer, and not an end', async () => {
    const { client } = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: beat\n\n');
      setImmediate(() => response.destroy());
    });
    const { stream } = await client.feed({ query: { service: 'a' } });
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toMatchObject({ name: 'NoAnswer', why: 'network', message: expect.stringContaining('broke off') });
  });

  test('silence is no answer after the limit of the call, or of the client, also in the middle of an answer', async () => {
    const { client } = await serving((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'), 50);
    await expect(client.status()).rejects.toMatchObject({
      name: 'NoAnswer',
      why: 'timeout',
      message: expect.stringContaining('within 50 ms'),
    });
    await expect(client.status({}, { timeoutMs: 20 })).rejects.toMatchObject({
      why: 'timeout',
      message: expect.stringContaining('within 20 ms'),
    });
  });

  test('a signal that aborts ends a call with its reason; one that has aborted sends nothing', async () => {
    let requests = 0;
    const stop = new AbortController();
    const reason = new Error('enough');
    const { client } = await serving(() => {
      requests += 1;
      stop.abort(reason);
    });
    await expect(client.status({}, { signal: stop.signal })).rejects.toBe(reason);
    await expect(client.status({}, { signal: stop.signal })).rejects.toBe(reason);
    expect(requests).toBe(1);
  });

  test('bytes that are not UTF-8 are no answer of the api', async () => {
    const { client } = await serving((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from('{"success":true,"data":"\xff"}', 'latin1')),
    );
    await expect(client.status()).rejects.toMatchObject({ name: 'ForeignAnswer', message: expect.stringContaining('not UTF-8') });
  });

  test('members that a newer api adds are kept, and change nothing', async () => {
    const answer = { success: true, data: { items: [], next: null, mood: 'good' }, timestamp: '', era: 3 };
    const { client } = await answering(200, 'application/json', JSON.stringify(answer));
    expect(await client.listNodes()).toMatchObject(answer);
    const failure = { success: false, error: 'no', code: 'TAG_EXISTS', details: [{ rule: 'new', hint: 'x' }], requestId: '7', era: 3 };
    const refusing = await answering(409, 'application/json', JSON.stringify(failure));
    await expect(refusing.client.status()).rejects.toMatchObject({ code: 'TAG_EXISTS', failure, remedy: expect.stringMatching(/./) });
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, TIMEOUT_MS_MAX + 1])(
    '%d is no time limit, and nothing is sent',
    async (timeoutMs) => {
      let requests = 0;
      const { client } = await serving((_, response) => {
        requests += 1;
        response.end();
      });
      await expect(client.status({}, { timeoutMs })).rejects.toThrow(/^`timeoutMs` is not between/);
      expect(requests).toBe(0);
    },
  );
});
