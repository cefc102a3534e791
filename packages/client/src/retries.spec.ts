// When a call sends its request again, with what, for how long, and what the error says of the outcome.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClient, isCallError, newIdempotencyKey, type CallError, type Client, type FetchInit } from './index.js';
import { delayBefore, isBeforeSending, retryAfterMs, RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX } from './retries.js';

/** One answer of a server: a status, an error of the network, or silence. */
type Step = { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> } | Error | 'silence';

const failure = (status: number, code: string, headers: Record<string, string> = {}): Step => ({
  status,
  headers,
  body: { success: false, error: 'no', code, details: [], requestId: '7', timestamp: '' },
});
const done: Step = { status: 200, body: { success: true, data: { version: 1 }, timestamp: '' } };
const refusedConnection = new TypeError('fetch failed', {
  cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED', syscall: 'connect' }),
});
const reset = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNRESET', syscall: 'read' }) });
const expired = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'CERT_HAS_EXPIRED' }) });

interface Sent extends FetchInit {
  readonly url: string;
  readonly atMs: number;
}

/** A client of a server that takes these steps, and stays at the last one. */
function against(...steps: readonly Step[]): { readonly client: Client; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch = (url: string, init: FetchInit): Promise<Response> => {
    sent.push({ ...init, url, atMs: performance.now() });
    const step = steps[Math.min(sent.length, steps.length) - 1];
    if (step instanceof Error) return Promise.reject(step);
    if (step === 'silence' || step === undefined)
      return new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason)));
    const { status, body, headers = {} } = step;
    return Promise.resolve(
      new Response(JSON.stringify(body ?? {}), { status, headers: { 'content-type': 'application/json', ...headers } }),
    );
  };
  return { client: createClient({ url: 'http://api.example', token: 'a-token', fetch }), sent };
}

const write = { service: 'engine', path: 'a', body: { value: { b: 1 } } };

/** What a call ends with, when time passes as it needs it. */
async function ended(call: Promise<unknown>): Promise<unknown> {
  const end = call.then(
    (answer) => answer,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  return end;
}

async function failed(call: Promise<unknown>): Promise<CallError> {
  const error = await ended(call);
  if (!isCallError(error)) throw new Error(`it ended with ${String(error)}`);
  return error;
}

describe('in a time that the spec moves', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });
  afterEach(() => {
    const timers = vi.getTimerCount();
    vi.useRealTimers();
    if (timers > 0) throw new Error(`${timers} timers are left`);
  });

  test.each([
    ['a connection that is refused', refusedConnection],
    ['a connection that breaks', reset],
    ['a proxy that finds no api', { status: 502 }],
    ['an api that is busy', failure(503, 'SERVER_BUSY')],
    ['a store that is away', failure(503, 'EVENT_STORE_UNAVAILABLE')],
    ['a proxy that waited in vain', { status: 504 }],
    ['too many requests', failure(429, 'TOO_MANY_REQUESTS')],
  ] satisfies [string, Step][])('after %s the same request is sent again, a write with the same key', async (_, step) => {
    const { client, sent } = against(step, step, done);
    expect(await ended(client.setValue(write))).toMatchObject({ data: { version: 1 } });
    expect(sent).toHaveLength(3);
    const [first, ...others] = sent.map(({ url, method, headers, body }) => ({ url, method, headers, body }));
    expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    for (const other of others) expect(other).toEqual(first);
  });

  test.each([400, 401, 403, 404, 408, 409, 412, 413, 425, 500, 501])(
    '%d is not repeated, of an api or of another server',
    async (status) => {
      for (const step of [failure(status, 'TAG_EXISTS'), { status }]) {
        const { client, sent } = against(step, done);
        expect(await failed(client.setValue(write))).toMatchObject({ status, attempts: 1 });
        expect(sent).toHaveLength(1);
      }
    },
  );

  test.each([
    ['a log that was set back, which only a person ends,', failure(503, 'LOG_SET_BACK')],
    ['a certificate that does not hold', expired],
    ['a redirect', { status: 307 }],
    ['success that is no answer', { status: 200 }],
  ] satisfies [string, Step][])('%s is not repeated', async (_, step) => {
    const { client, sent } = against(step, done);
    await failed(client.setValue(write));
    expect(sent).toHaveLength(1);
  });

  test('reads and reports are repeated too, and have no key', async () => {
    const { client, sent } = against(reset, done);
    await ended(client.readConfiguration({ service: 'engine' }));
    const reporting = against(reset, done);
    const report = { environment: 'production', service: 'engine', state: 'waiting', running: null, rejected: null } as const;
    await ended(reporting.client.reportNode({ name: 'engine-7', body: report }));
    for (const each of [...sent, ...reporting.sent]) expect(each.headers).not.toHaveProperty('idempotency-key');
    expect([sent.length, reporting.sent.length]).toEqual([2, 2]);
  });

  test('what would change something again is sent again only where it was certainly not carried out', async () => {
    const seal = (client: Client) => client.sealInstallation({ body: {} });
    const uncertain = against(reset, done);
    expect(await failed(seal(uncertain.client))).toMatchObject({ outcome: 'unknown', idempotencyKey: null, attempts: 1 });
    const certain = against(refusedConnection, failure(503, 'SERVER_BUSY'), done);
    expect(await ended(seal(certain.client))).toMatchObject({ data: { version: 1 } });
  });

  test('a key that the caller gives is sent as it is, by whatever case of its name', async () => {
    const idempotencyKey = newIdempotencyKey();
    const { client, sent } = against(reset, done);
    await ended(client.setValue({ ...write, headers: { 'idempotency-key': idempotencyKey } }));
    await ended(client.setValue({ ...write, headers: { 'Idempotency-Key': idempotencyKey } as object }));
    for (const { headers } of sent) expect(headers['idempotency-key']).toBe(idempotencyKey);
    expect(sent.every(({ headers }) => !('Idempotency-Key' in headers))).toBe(true);
  });

  test('each call has a key of its own', async () => {
    const { client, sent } = against(done);
    await ended(client.setValue(write));
    await ended(client.setValue(write));
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });

  test('the waits grow up to their limit, and all attempts together end with the time of the call', async () => {
    const { client, sent } = against(refusedConnection);
    const error = await failed(client.setValue(write));
    const waits = sent.slice(1).map(({ atMs }, index) => atMs - (sent[index]?.atMs ?? 0));
    expect(waits.length).toBeGreaterThan(8);
    for (const [index, wait] of waits.entries())
      expect(wait).toBeLessThanOrEqual(Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_FIRST * 2 ** index) + 1);
    expect((sent.at(-1)?.atMs ?? 0) - (sent[0]?.atMs ?? 0)).toBeLessThan(30_000);
    expect(error).toMatchObject({ name: 'NoAnswer', attempts: sent.length });
  });

  test('attemptsMax limits how often, for the client or for a call', async () => {
    const { client, sent } = against(reset);
    expect(await failed(client.status({}, { attemptsMax: 2 }))).toMatchObject({ attempts: 2 });
    expect(sent).toHaveLength(2);
  });

  test.each(['7', new Date(Date.UTC(2026, 0, 1, 0, 0, 7)).toUTCString()])('Retry-After: %s is obeyed', async (header) => {
    vi.setSystemTime(Date.UTC(2026, 0, 1));
    const { client, sent } = against(failure(429, 'TOO_MANY_REQUESTS', { 'retry-after': header }), done);
    await ended(client.setValue(write));
    expect((sent[1]?.atMs ?? 0) - (sent[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(7_000);
  });

  test('what asks to wait for longer than the call may take is said at once, with the time', async () => {
    const { client, sent } = against(failure(503, 'SERVER_BUSY', { 'retry-after': '31' }), done);
    const startMs = performance.now();
    expect(await failed(client.setValue(write))).toMatchObject({ code: 'SERVER_BUSY', retryAfterMs: 31_000, outcome: 'nothing-changed' });
    expect([sent.length, performance.now() - startMs]).toEqual([1, 0]);
  });

  describe('the error says whether a write may have taken effect', () => {
    test.each([
      ['never sent', [refusedConnection], 'nothing-changed'],
      ['refused each time', [failure(503, 'SERVER_BUSY')], 'nothing-changed'],
      ['refused by an api whose store is away', [failure(503, 'EVENT_STORE_UNAVAILABLE')], 'nothing-changed'],
      ['refused for good', [failure(409, 'TAG_EXISTS')], 'nothing-changed'],
      ['refused by a proxy', [{ status: 413 }], 'nothing-changed'],
      ['sent on a connection that breaks', [reset], 'unknown'],
      ['sent into silence', ['silence'], 'unknown'],
      ['lost by a proxy', [{ status: 504 }], 'unknown'],
      ['of an outcome that the api does not know', [failure(503, 'OUTCOME_UNKNOWN')], 'unknown'],
      ['ended by a fault of the api', [failure(500, 'INTERNAL')], 'unknown'],
      ['answered by a page', [{ status: 200 }], 'unknown'],
      ['sent once and refused afterwards', [reset, failure(503, 'SERVER_BUSY')], 'unknown'],
      ['sent once and not permitted afterwards', [reset, failure(401, 'TOKEN_INVALID')], 'unknown'],
    ] satisfies [string, Step[], string][])('%s', async (_, steps, outcome) => {
      const { client, sent } = against(...steps);
      const error = await failed(client.setValue(write));
      expect(error.outcome).toBe(outcome);
      expect(error.idempotencyKey).toBe(sent[0]?.headers['idempotency-key']);
    });

    test('and how to go on: with its key', async () => {
      const { client } = against(reset);
      const error = await failed(client.setValue(write));
      expect(error.message).toContain('It may have taken effect.');
      expect(error.remedy).toContain(String(error.idempotencyKey));
      const unsent = await failed(against(refusedConnection).client.setValue(write));
      expect(unsent.message).toContain('It was not sent, and nothing changed.');
    });

    test('a read never changes anything', async () => {
      for (const step of [reset, 'silence', { status: 504 }] satisfies Step[])
        expect(await failed(against(step).client.status())).toMatchObject({ outcome: 'nothing-changed', idempotencyKey: null });
    });
  });

  test('silence after a failure ends with the time of the call, and its error has the failure as its cause', async () => {
    const { client } = against(failure(503, 'READ_MODEL_BEHIND'), 'silence');
    expect(await failed(client.status())).toMatchObject({ why: 'timeout', attempts: 2, cause: { code: 'READ_MODEL_BEHIND' } });
  });

  test.each([new Error('enough'), 'enough', undefined])(
    'a signal that aborts between two attempts ends the call at once with its reason: %s',
    async (reason) => {
      const stop = new AbortController();
      const { client, sent } = against(reset);
      const call = client.setValue(write, { signal: stop.signal }).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(1);
      const before = performance.now();
      stop.abort(reason);
      expect(await call).toBe(stop.signal.reason);
      expect([sent.length, performance.now() - before, vi.getTimerCount()]).toEqual([1, 0, 0]);
    },
  );
});

test('half of each delay is left to chance, and Retry-After is never cut short', () => {
  const error = { retryAfterMs: 10_000 } as CallError;
  expect([delayBefore({ count: 1 }, null, 0), delayBefore({ count: 1 }, null, 1)]).toEqual([50, 100]);
  expect(delayBefore({ count: 5_000 }, null, 1)).toBe(RETRY_DELAY_MS_MAX);
  expect([delayBefore({ count: 1 }, error, 0), delayBefore({ count: 1 }, error, 1)]).toEqual([10_000, 12_500]);
});

test.each([null, '', 'soon', '-1', '1e3'])('%j asks for no time', (header) => {
  const ms = retryAfterMs(header);
  expect(ms === null || ms === 0).toBe(true);
});

test('a failure counts as one before sending only where Node says so', () => {
  expect(isBeforeSending(refusedConnection)).toBe(true);
  expect(isBeforeSending(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))).toBe(true);
  for (const each of [reset, new TypeError('Failed to fetch'), 'no', null]) expect(isBeforeSending(each)).toBe(false);
});

describe('over a real connection', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function serving(listener: RequestListener, port = 0): Promise<{ readonly port: number; readonly close: () => Promise<unknown> }> {
    const server = createServer(listener).listen(port, '127.0.0.1');
    await once(server, 'listening');
    const close = async (): Promise<unknown> => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    };
    closers.push(close);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { port: address.port, close };
  }

  const answer = (response: Parameters<RequestListener>[1]): unknown =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true,"data":{"version":1}}');

  test('a connection that breaks before or in the middle of an answer is made again, with the same body and key', async () => {
    const seen: [string | undefined, string][] = [];
    const take = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
      let body = '';
      for await (const piece of request) body += String(piece);
      seen.push([request.headers['idempotency-key']?.toString(), body]);
      if (seen.length === 1) return void request.socket.destroy();
      if (seen.length > 2) return void answer(response);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"success":');
      setImmediate(() => response.destroy());
    };
    const { port } = await serving((request, response) => void take(request, response));
    const client = createClient({ url: `http://127.0.0.1:${port}` });
    expect((await client.setValue(write)).data.version).toBe(1);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test('a server that is not there yet is waited for', async () => {
    const { port, close } = await serving(() => undefined);
    await close();
    const call = createClient({ url: `http://127.0.0.1:${port}` }).setValue(write);
    await serving((_, response) => void answer(response), port);
    expect((await call).data.version).toBe(1);
  });
});
