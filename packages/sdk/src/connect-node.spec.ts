// How a node starts, swaps, judges and tells, over a feed that says what the test wants.
import { ScriptedFeed, SigningLedger } from '@confledger/conformance';
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { z } from 'zod';
import {
  ConfLedgerError,
  connectNode,
  type ChangeListener,
  type ConnectNodeOptions,
  type NodeSchemas,
  type NoSchemas,
  type TradingNode,
} from './index.js';

const LEDGER = { environment: 'production', service: 'trading-engine' };
const RiskParameters = z.object({ maxPositionSize: z.number().positive(), currency: z.string().default('EUR') });
const nodes: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
});

/** A node of a ledger over a scripted feed, with short limits. */
async function connect<const S extends NodeSchemas = NoSchemas>(
  ledger: SigningLedger,
  feed: ScriptedFeed,
  more: Partial<ConnectNodeOptions<S>> = {},
): Promise<TradingNode<S>> {
  const node = await connectNode<S>({ ...LEDGER, feed, publicKey: ledger.key.publicKey, startTimeoutMs: 300, ...more });
  nodes.push(node);
  return node;
}

function running(ledger: SigningLedger): ScriptedFeed {
  return new ScriptedFeed((feed) => void feed.tellWhole(ledger.newest));
}

async function failure(promise: Promise<unknown>): Promise<ConfLedgerError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfLedgerError)) throw new Error(`expected a ConfLedgerError, got ${String(error)}`);
  return error;
}

describe('what a node reads', () => {
  test('a handle gives what its schema made of the value, typed by that schema', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ risk: { parameters: { maxPositionSize: 5 } } });
    const node = await connect(ledger, running(ledger), { schemas: { 'risk.parameters': RiskParameters } });
    const risk = node.handle('risk.parameters');
    expectTypeOf(risk.current).toEqualTypeOf<{ maxPositionSize: number; currency: string }>();
    expect(risk.current).toEqual({ maxPositionSize: 5, currency: 'EUR' });
    expect(Object.isFrozen(risk.current)).toBe(true);
  });

  test('a handle without a schema gives the JSON value, and undefined where nothing is', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: { b: [1, { c: 2 }] } });
    const node = await connect(ledger, running(ledger));
    expect(node.handle('a.b').current).toEqual([1, { c: 2 }]);
    expect(node.handle('a.x').current).toBeUndefined();
    expect(node.handle('').current).toEqual({ a: { b: [1, { c: 2 }] } });
    expect(Object.isFrozen((node.handle('a.b').current as unknown[])[1])).toBe(true);
  });

  test('a handle for something that is no path is refused', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: 1 });
    const node = await connect(ledger, running(ledger));
    expect(() => node.handle('a..b')).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  test('a snapshot gives leaves, objects and the whole, and stays what it was when another runs', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ a: { b: 1, n: null } });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    const { snapshot } = node;
    expect(snapshot.get('a.b')).toBe(1);
    expect(snapshot.get('a.n')).toBeNull();
    expect(snapshot.get('a')).toEqual({ b: 1, n: null });
    expect(snapshot.get('a')).toBe(snapshot.get('a'));
    expect(snapshot.get('x.y')).toBeUndefined();
    expect(snapshot.get('not..a.path')).toBeUndefined();
    feed.tellNext(first, ledger.activate({ a: { b: 2, n: null } }));
    expect(snapshot.get('a.b')).toBe(1);
    expect(node.snapshot.get('a.b')).toBe(2);
    expect(node.snapshot.version).toBe(3);
  });

  test('what was absent before a thousand other absent paths is still absent', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: 1 });
    const node = await connect(ledger, running(ledger));
    for (let n = 0; n < 1_100; n++) expect(node.snapshot.get(`x${n}`)).toBeUndefined();
    expect(node.snapshot.get('x1099')).toBeUndefined();
  });
});

describe('how a node swaps', () => {
  test('all handles change together, before any listener is called, and only with the marker', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ a: 1, b: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    const [a, b] = [node.handle('a'), node.handle('b')];
    const seen: unknown[] = [];
    node.onChange('**', () => seen.push([a.current, b.current]));
    const second = ledger.activate({ a: 2, b: 2 });
    feed.sink.leaf({ path: 'a', value: 2, version: second.version });
    feed.sink.leaf({ path: 'b', value: 2, version: second.version });
    expect([a.current, b.current]).toEqual([1, 1]);
    feed.tellNext(first, second);
    expect([a.current, b.current]).toEqual([2, 2]);
    expect(seen).toEqual([[2, 2]]);
  });

  test('an object stays the same while its subtree does, through changes beside it, new readings and refused versions', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ risk: { parameters: { maxPositionSize: 5 } }, raw: { x: 1 }, other: 0 });
    const feed = running(ledger);
    const node = await connect(ledger, feed, { schemas: { 'risk.parameters': RiskParameters } });
    const [risk, raw] = [node.handle('risk.parameters'), node.handle('raw')];
    const [riskBefore, rawBefore] = [risk.current, raw.current];
    const second = ledger.activate({ risk: { parameters: { maxPositionSize: 5 } }, raw: { x: 1 }, other: 1 });
    feed.tellNext(first, second);
    expect(node.handle('other').current).toBe(1);
    ledger.activate({ risk: { parameters: { maxPositionSize: 5 } }, raw: { x: 1 }, other: 2 });
    feed.tellWhole(ledger.newest);
    expect(node.handle('other').current).toBe(2);
    for (const path of ['raw.x', 'other']) feed.sink.leaf({ path, value: ledger.newest?.document.valueAt(path) ?? null, version: 1 });
    feed.tellNext(second, ledger.activate({ risk: { parameters: { maxPositionSize: 5 } }, raw: { x: 1 }, other: 4 }));
    expect(node.handle('other').current).toBe(4);
    expect(raw.current).toBe(rawBefore);
    const refused = ledger.activate({ risk: { parameters: { maxPositionSize: -5 } }, raw: { x: 1 }, other: 2 });
    feed.tellWhole(refused);
    feed.tellNext(refused, ledger.activate({ risk: { parameters: { maxPositionSize: 5 } }, raw: { x: 1 }, other: 3 }));
    expect(node.handle('other').current).toBe(3);
    expect(risk.current).toBe(riskBefore);
    expect(raw.current).toBe(rawBefore);
  });

  test('a version that a schema refuses stays out, the last good one runs, and every problem is told', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ risk: { parameters: { maxPositionSize: 5 } }, fee: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed, { schemas: { 'risk.parameters': RiskParameters, fee: z.number() } });
    const second = ledger.activate({ risk: { parameters: { maxPositionSize: -1 } }, fee: 'high' });
    feed.tellNext(first, second);
    expect(node.handle('fee').current).toBe(1);
    expect(node.status).toMatchObject({ state: 'ready', running: { version: first.version }, rejected: { version: second.version } });
    expect(node.status.rejected?.problems.map(({ path }) => path)).toEqual(['risk.parameters.maxPositionSize', 'fee']);
    feed.tellNext(second, ledger.activate({ risk: { parameters: { maxPositionSize: 6 } }, fee: 2 }));
    expect(node.handle('fee').current).toBe(2);
    expect(node.status.rejected).toBeNull();
  });

  test('a problem never quotes the value that it is about', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ key: 1 });
    const feed = running(ledger);
    const quoting = schema((value) =>
      typeof value === 'number' ? { value } : { issues: [{ message: `Expected number but received "${String(value)}"` }] },
    );
    const node = await connect(ledger, feed, { schemas: { key: quoting } });
    feed.tellNext(first, ledger.activate({ key: 'hunter2-secret' }));
    expect(JSON.stringify(node.status)).toContain('Expected number but received (the value)');
    expect(JSON.stringify(node.status)).not.toContain('hunter2');
  });

  test('a schema that throws refuses the version, without its message', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ key: 1 });
    const feed = running(ledger);
    const throwing = schema((value) => {
      if (value === 1) return { value };
      throw new RangeError(`bad ${String(value)}`);
    });
    const node = await connect(ledger, feed, { schemas: { key: throwing } });
    feed.tellNext(first, ledger.activate({ key: 'hunter2-secret' }));
    expect(node.status.rejected?.problems).toEqual([{ path: 'key', message: 'the schema threw RangeError' }]);
  });

  test('activations that came twice are harmless', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ a: { b: 1 } });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    const second = ledger.activate({ a: { b: 2 } });
    feed.tellNext(first, second);
    const before = node.handle('a').current;
    const heard = vi.fn<ChangeListener>();
    node.onChange('**', heard);
    feed.tellNext(first, second);
    expect(node.handle('a').current).toBe(before);
    expect(heard).not.toHaveBeenCalled();
    expect(feed.restarts).toEqual([]);
    expect(node.status).toMatchObject({ state: 'ready', rejected: null });
  });

  test('what a gap in `previous` left out is only counted', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ a: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    ledger.activate({ a: 2 });
    feed.tellNext(first, ledger.activate({ a: 3 }));
    expect(node.handle('a').current).toBe(3);
    expect(node.status).toMatchObject({ state: 'ready', gaps: 1 });
  });
});

describe('onChange', () => {
  test('is called once per activation that touches the glob, with what this node ran before, and not for the first snapshot', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ risk: { a: 1, b: 2 }, other: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    const heard = vi.fn<ChangeListener>();
    node.onChange('risk.**', heard);
    const second = ledger.activate({ risk: { a: 1, b: 2 }, other: 2 });
    feed.tellNext(first, second);
    expect(heard).not.toHaveBeenCalled();
    const third = ledger.activate({ risk: { a: 5, c: 3 }, other: 3 });
    feed.tellNext(second, third);
    expect(heard).toHaveBeenCalledOnce();
    expect(heard.mock.calls[0]?.[0]).toMatchObject({ version: third.version, previous: second.version, actor: 'operator' });
    expect(heard.mock.calls[0]?.[0].changes).toEqual([
      { path: 'risk.a', before: 1, after: 5 },
      { path: 'risk.b', before: 2 },
      { path: 'risk.c', after: 3 },
    ]);
  });

  test('ends with its unsubscribe function, its signal, and the node', async () => {
    const ledger = new SigningLedger();
    let before = ledger.activate({ a: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    const stop = new AbortController();
    const [unsubscribed, aborted, already] = [vi.fn<ChangeListener>(), vi.fn<ChangeListener>(), vi.fn<ChangeListener>()];
    const unsubscribe = node.onChange('a', unsubscribed);
    node.onChange('a', aborted, { signal: stop.signal });
    node.onChange('a', already, { signal: AbortSignal.abort() });
    const next = (a: number): void => {
      const active = ledger.activate({ a });
      feed.tellNext(before, active);
      before = active;
    };
    next(2);
    unsubscribe();
    stop.abort();
    next(3);
    expect([unsubscribed.mock.calls.length, aborted.mock.calls.length, already.mock.calls.length]).toEqual([1, 1, 0]);
    await node.close();
    expect(() => node.onChange('a', unsubscribed)).toThrow(expect.objectContaining({ code: 'NODE_CLOSED' }));
  });

  test('hands what a listener throws, at once or later, to onError, and calls the others', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ a: 1 });
    const feed = running(ledger);
    const errors: ConfLedgerError[] = [];
    const node = await connect(ledger, feed, { onError: (error) => errors.push(error) });
    const heard = vi.fn<ChangeListener>();
    node.onChange('a', () => {
      throw new Error('at once');
    });
    node.onChange('a', () => Promise.reject(new Error('later')));
    node.onChange('a', heard);
    feed.tellNext(first, ledger.activate({ a: 2 }));
    await vi.waitFor(() => expect(errors).toHaveLength(2));
    expect(errors.map(({ code }) => code)).toEqual(['LISTENER_FAILED', 'LISTENER_FAILED']);
    expect(errors.map(({ cause }) => (cause as Error).message)).toEqual(['at once', 'later']);
    expect(heard).toHaveBeenCalledOnce();
  });

  test('neither onStatus nor onError can break the feed by throwing', async () => {
    const ledger = new SigningLedger();
    const first = ledger.activate({ a: 1 });
    const feed = running(ledger);
    const broken = (): never => {
      throw new Error('broken');
    };
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const node = await connect(ledger, feed, { onStatus: broken, onError: broken });
    node.onChange('a', broken);
    feed.tellNext(first, ledger.activate({ a: 2 }));
    expect(node.handle('a').current).toBe(2);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('onChange threw'), expect.objectContaining({ code: 'LISTENER_FAILED' }));
    await node.close();
    warned.mockRestore();
  });

  test('refuses a glob that is none', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: 1 });
    const node = await connect(ledger, running(ledger));
    expect(() => node.onChange('a..b', () => undefined)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('how a node starts', () => {
  test('where nothing is active, connectNode says so', async () => {
    const feed = new ScriptedFeed((script) => void script.tellWhole(null));
    expect(await failure(connect(new SigningLedger(), feed))).toMatchObject({
      code: 'NOTHING_ACTIVE',
      remedy: expect.stringContaining('waitForFirst'),
    });
    expect(feed.closed).toBe(true);
  });

  test('with waitForFirst it waits for the first activation, longer than the start may take, and is never ready meanwhile', async () => {
    const ledger = new SigningLedger();
    const states = new Set<string>();
    const feed = new ScriptedFeed((script) => void script.tellWhole(ledger.newest));
    const connecting = connect(ledger, feed, { waitForFirst: true, startTimeoutMs: 20, onStatus: ({ state }) => states.add(state) });
    await vi.waitFor(() => expect(states).toContain('waiting'));
    const waitingSince = performance.now();
    await vi.waitFor(() => expect(performance.now() - waitingSince).toBeGreaterThan(60));
    expect(states).toEqual(new Set(['waiting']));
    feed.tellWhole(ledger.activate({ a: 1 }));
    expect((await connecting).handle('a').current).toBe(1);
  });

  test('the signal ends the wait, with its reason', async () => {
    const feed = new ScriptedFeed((script) => void script.tellWhole(null));
    const stop = new AbortController();
    const connecting = connect(new SigningLedger(), feed, { waitForFirst: true, signal: stop.signal });
    await vi.waitFor(() => expect(feed.resumeId).toBeNull());
    stop.abort(new Error('shutting down'));
    await expect(connecting).rejects.toThrow('shutting down');
    expect(feed.closed).toBe(true);
    await expect(connect(new SigningLedger(), feed, { signal: stop.signal })).rejects.toThrow('shutting down');
  });

  test('a feed that says nothing is given up after the limit, with its last word', async () => {
    const feed = new ScriptedFeed(({ sink }) => sink.lost('no connection to the api: ECONNREFUSED'));
    const error = await failure(connect(new SigningLedger(), feed, { startTimeoutMs: 20 }));
    expect(error).toMatchObject({ code: 'START_TIMEOUT', message: expect.stringContaining('ECONNREFUSED') });
  });

  test('a first version that the schemas refuse ends the start at once, with every problem', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ risk: { parameters: { maxPositionSize: 'x' } } });
    const error = await failure(
      connect(ledger, running(ledger), { schemas: { 'risk.parameters': RiskParameters }, startTimeoutMs: 60_000 }),
    );
    expect(error).toMatchObject({ code: 'SCHEMA_REJECTED', problems: [{ path: 'risk.parameters.maxPositionSize' }] });
  });

  test('an asynchronous schema is refused', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: 'x' });
    const zod = z.string().refine(() => Promise.resolve(true));
    const failing = { '~standard': { version: 1 as const, vendor: 'test', validate: () => Promise.reject(new Error('never awaited')) } };
    for (const asynchronous of [zod, failing]) {
      expect(await failure(connect(ledger, running(ledger), { schemas: { a: asynchronous } }))).toMatchObject({ code: 'SCHEMA_ASYNC' });
    }
  });

  test.each<[string, Partial<ConnectNodeOptions>]>([
    ['environment', { environment: 'No' }],
    ['service', { service: '' }],
    ['name', { name: 'a b' }],
    ['name', { name: 'x'.repeat(129) }],
    // No URL carries these as one segment: the reports would go elsewhere.
    ['name', { name: '.' }],
    ['name', { name: '..' }],
    ['startTimeoutMs', { startTimeoutMs: 0 }],
    ['publicKey', { publicKey: 'abc' }],
    ['publicKey', { publicKey: [] }],
    ['a..b', { schemas: { 'a..b': z.string() } }],
    ['Standard Schema', { schemas: { a: {} as typeof RiskParameters } }],
  ])('%s that cannot work is refused before anything is opened', async (word, wrong) => {
    const feed = new ScriptedFeed();
    expect(await failure(connect(new SigningLedger(), feed, wrong))).toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(word),
    });
    expect(() => feed.sink).toThrow('not open');
  });
});

describe('how a node ends', () => {
  test('closing twice is closing once; handles and snapshots stay readable', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    const handle = node.handle('a');
    await Promise.all([node.close(), node.close(), node[Symbol.asyncDispose]()]);
    expect(feed.closed).toBe(true);
    expect(node.status.state).toBe('closed');
    expect([handle.current, node.snapshot.get('a')]).toEqual([1, 1]);
  });
});

describe('when the feed is silent', () => {
  test('the node is stale after the limit, goes on with the last good version, and is ready with the next beat', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed, { staleAfterMs: 30 });
    expect(node.status.state).toBe('ready');
    await vi.waitFor(() => expect(node.status.state).toBe('stale'));
    expect(node.handle('a').current).toBe(1);
    expect(node.status.lastContactMs).toBeGreaterThanOrEqual(30);
    feed.beat();
    expect(node.status.state).toBe('ready');
  });

  test('a feed that was made anew is read from its start', async () => {
    const ledger = new SigningLedger();
    ledger.activate({ a: 1 });
    const feed = running(ledger);
    const node = await connect(ledger, feed);
    feed.beat();
    expect(feed.restarts).toEqual([]);
    feed.beat('another');
    expect(feed.restarts).toEqual(['the feed was made anew']);
    expect(node.status.state).toBe('stale');
    await vi.waitFor(() => expect(node.status.state).toBe('ready'));
  });
});

function schema(validate: (value: unknown) => { readonly value: unknown } | { readonly issues: readonly { readonly message: string }[] }) {
  return { '~standard': { version: 1 as const, vendor: 'test', validate } };
}
