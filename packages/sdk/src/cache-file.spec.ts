// What a node keeps on disk: enough to trade on when every server is down, believed no more than what comes from the feed.
import { ScriptedFeed, SigningKey, SigningLedger } from '@confledger/conformance';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  type ChangeListener,
  type ConfLedgerError,
  connectNode,
  type ConnectNodeOptions,
  type NodeSchemas,
  type NoSchemas,
  type TradingNode,
} from './index.js';

const LEDGER = { environment: 'production', service: 'trading-engine' };

let directory: string;
let cacheFile: string;
let ledger: SigningLedger;
let errors: ConfLedgerError[];
const nodes: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'confledger-cache-'));
  cacheFile = join(directory, 'node.cache');
  ledger = new SigningLedger();
  errors = [];
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  await rm(directory, { recursive: true });
});

async function connect<const S extends NodeSchemas = NoSchemas>(
  feed: ScriptedFeed,
  more: Partial<ConnectNodeOptions<S>> = {},
): Promise<TradingNode<S>> {
  const node = await connectNode<S>({
    ...LEDGER,
    feed,
    publicKey: ledger.key.publicKey,
    cacheFile,
    startTimeoutMs: 40,
    onError: (error) => errors.push(error),
    ...more,
  });
  nodes.push(node);
  return node;
}

const telling = (): ScriptedFeed => new ScriptedFeed((feed) => void feed.tellWhole(ledger.newest));
const silent = (): ScriptedFeed => new ScriptedFeed();

/** Runs the ledger's newest once, so that the file is there. */
async function runOnce(): Promise<void> {
  await (await connect(telling())).close();
}

async function edit(change: (lines: string[]) => string[]): Promise<void> {
  const lines = (await readFile(cacheFile, 'utf8')).split('\n');
  await writeFile(cacheFile, change(lines).join('\n'));
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

function editHeader(change: (header: { [name: string]: unknown }) => void): Promise<void> {
  return edit(([first = '', ...rest]) => {
    const header = JSON.parse(first) as { [name: string]: unknown };
    change(header);
    return [JSON.stringify(header), ...rest];
  });
}

async function startFails<const S extends NodeSchemas = NoSchemas>(
  code: string,
  feed = silent(),
  more: Partial<ConnectNodeOptions<S>> = {},
): Promise<void> {
  await expect(connect(feed, more)).rejects.toMatchObject({ code });
}

describe('while every server is down', () => {
  test('a node starts from the file after the limit, stale, and says where its snapshot came from', async () => {
    const active = ledger.activate({ risk: { limit: 1 }, list: [1, 2], empty: {} });
    await runOnce();
    const node = await connect(silent());
    expect(node.handle('risk.limit').current).toBe(1);
    expect(node.snapshot.toJson()).toEqual({ risk: { limit: 1 }, list: [1, 2], empty: {} });
    expect(node.status).toMatchObject({ state: 'stale', source: 'cache', running: { activation: active.activation } });
    expect(errors).toEqual([]);
  });

  test('the newest activation is in the file, also after many', async () => {
    let before = ledger.activate({ n: 0 });
    const feed = telling();
    const node = await connect(feed);
    for (let n = 1; n <= 20; n++) {
      const next = ledger.activate({ n });
      feed.tellNext(before, next);
      before = next;
    }
    await node.close();
    expect((await connect(silent())).handle('n').current).toBe(20);
    expect(await readdir(directory)).toEqual(['node.cache']);
  });

  test('a document of more leaves than one write takes comes back whole', async () => {
    ledger.activate(Object.fromEntries(Array.from({ length: 1_234 }, (_, n) => [`k${n}`, { v: n, text: 'line\nbreak' }])));
    await runOnce();
    const node = await connect(silent());
    expect(node.status.running?.digest).toBe(ledger.newest?.digest);
  });

  test('when the feed comes back, it confirms the snapshot without telling it again', async () => {
    const active = ledger.activate({ a: 1 });
    await runOnce();
    const feed = silent();
    const node = await connect(feed);
    expect(feed.resumeId).toBe(`${ledger.origin}:${active.activation}`);
    feed.sink.synchronized();
    expect(node.status).toMatchObject({ state: 'ready', source: 'feed' });
  });

  test('when the feed has something newer, listeners hear of it', async () => {
    const first = ledger.activate({ a: 1 });
    await runOnce();
    const feed = silent();
    const node = await connect(feed);
    const heard = vi.fn<ChangeListener>();
    node.onChange('**', heard);
    feed.tellWhole(ledger.activate({ a: 2 }));
    expect(node.handle('a').current).toBe(2);
    expect(heard.mock.calls[0]?.[0]).toMatchObject({ previous: first.version, changes: [{ path: 'a', before: 1, after: 2 }] });
  });
});

describe('the file', () => {
  test('can be read by its owner only, also when it, or a piece of it that a crash left, was there before', async () => {
    ledger.activate({ a: 1 });
    for (const there of [cacheFile, `${cacheFile}.${process.pid}.tmp`]) {
      await writeFile(there, 'old');
      await chmod(there, 0o644);
    }
    await runOnce();
    expect((await stat(cacheFile)).mode & 0o777).toBe(0o600);
  });

  test('that cannot be written is told, and the node runs', async () => {
    ledger.activate({ a: 1 });
    const node = await connect(telling(), { cacheFile: join(directory, 'missing', 'node.cache') });
    await node.close();
    expect(errors.map(({ code }) => code)).toEqual(['CACHE_NOT_WRITTEN']);
    expect(node.handle('a').current).toBe(1);
  });

  test.each<[string, () => Promise<void>]>([
    ['is not a cache file', () => writeFile(cacheFile, 'nonsense')],
    ['is empty', () => writeFile(cacheFile, '')],
    ['is cut short', () => edit((lines) => lines.slice(0, -2))],
    ['is cut within a line', async () => writeFile(cacheFile, (await readFile(cacheFile, 'utf8')).slice(0, -3))],
    ['has a changed leaf', () => edit((lines) => lines.map((line) => line.replace('["a",1]', '["a",666]')))],
    ['has a name twice in a leaf', () => edit((lines) => lines.map((line) => line.replace('["a",1]', '["a",[{"\\\\":1,"\\\\":1}]]')))],
    ['has a leaf that no stack holds', () => edit((lines) => lines.map((line) => line.replace('["a",1]', `["a",${nested(200_000)}]`)))],
    [
      'has such a leaf with a backslash',
      () => edit((lines) => lines.map((line) => line.replace('["a",1]', `["\\\\",${nested(200_000)}]`))),
    ],
    ['has a changed marker', () => editHeader((header) => Object.assign(header['marker'] as object, { version: 99 }))],
    ['has another origin in its header', () => editHeader((header) => Object.assign(header, { origin: 'another' }))],
    ['remembers less than it runs', () => editHeader((header) => Object.assign(header, { highestActivation: 0 }))],
    ['is of another ledger', () => editHeader((header) => Object.assign(header, { ledger: 'staging.trading-engine' }))],
    [
      'is a directory',
      async () => {
        await rm(cacheFile);
        await import('node:fs/promises').then(({ mkdir }) => mkdir(cacheFile));
      },
    ],
  ])('that %s is reported and not started from', async (_, damage) => {
    ledger.activate({ a: 1, b: 2 });
    await runOnce();
    await damage();
    await startFails('START_TIMEOUT');
    expect(errors.map(({ code }) => code)).toEqual(['CACHE_UNUSABLE']);
    const node = await connect(telling());
    expect(node.handle('a').current).toBe(1);
  });

  test('that was signed by another installation is not started from', async () => {
    ledger.activate({ a: 1 });
    await runOnce();
    await startFails('START_TIMEOUT', silent(), { publicKey: new SigningKey().publicKey });
    expect(errors[0]?.message).toContain('does not trust');
  });

  test('of another origin than the one given is not started from', async () => {
    ledger.activate({ a: 1 });
    await runOnce();
    await startFails('START_TIMEOUT', silent(), { origin: 'another' });
    expect(errors[0]?.message).toContain('origin');
  });

  test('that the schemas refuse is not started from, and the refusal is told', async () => {
    ledger.activate({ a: 'text' });
    await runOnce();
    await startFails('SCHEMA_REJECTED', silent(), { schemas: { a: z.number() } });
    expect(errors.map(({ code }) => code)).toEqual(['CACHE_UNUSABLE']);
  });

  test('that nobody confirmed for longer than cacheMaxAgeMs is not started from, but what it remembers holds', async () => {
    const old = ledger.activate({ a: 1 });
    ledger.activate({ a: 2 });
    await runOnce();
    await editHeader((header) => Object.assign(header, { confirmedAtMs: Date.now() - 10_000 }));
    await startFails('START_TIMEOUT', silent(), { cacheMaxAgeMs: 5_000 });
    expect(errors[0]?.message).toContain('cacheMaxAgeMs');
    const liar = new ScriptedFeed((feed) => void feed.tellWhole(old));
    await startFails('ACTIVATION_REFUSED', liar, { cacheMaxAgeMs: 5_000 });
    expect((await connect(telling(), { cacheMaxAgeMs: 5_000 })).handle('a').current).toBe(2);
  });

  test('is written anew while the feed confirms what runs, so that its age counts from then', async () => {
    ledger.activate({ a: 1 });
    const feed = telling();
    const node = await connect(feed, { cacheMaxAgeMs: 40 });
    const confirmedAt = async (): Promise<number> => {
      const [head] = (await readFile(cacheFile, 'utf8')).split('\n');
      return (JSON.parse(head ?? '') as { confirmedAtMs: number }).confirmedAtMs;
    };
    await vi.waitFor(confirmedAt);
    const begin = await confirmedAt();
    await vi.waitFor(async () => {
      feed.beat();
      expect(await confirmedAt()).toBeGreaterThan(begin);
    });
    await node.close();
  });
});

describe('what the file remembers', () => {
  test('an activation below the highest ever run is refused after a restart too', async () => {
    const old = ledger.activate({ a: 1 });
    ledger.activate({ a: 2 });
    await runOnce();
    const liar = new ScriptedFeed((feed) => void feed.tellWhole(old));
    const node = await connect(liar);
    expect(node.handle('a').current).toBe(2);
    expect(node.status).toMatchObject({ state: 'stale', source: 'cache', rejected: { version: old.version } });
  });

  test('another ledger under the same name is refused after a restart', async () => {
    ledger.activate({ a: 1 });
    await runOnce();
    const reborn = new SigningLedger(ledger.name, ledger.key);
    for (let n = 0; n < 3; n++) reborn.activate({ a: 666 + n });
    const node = await connect(new ScriptedFeed((feed) => void feed.tellWhole(reborn.newest)));
    expect(node.handle('a').current).toBe(1);
    expect(node.status.rejected?.problems[0]?.message).toContain('origin');
  });

  test('a newer version that the schemas refuse leaves the cached one running, at once', async () => {
    ledger.activate({ a: 1 });
    await runOnce();
    const refused = ledger.activate({ a: 'text' });
    const node = await connect(telling(), { schemas: { a: z.number() }, startTimeoutMs: 60_000 });
    expect(node.handle('a').current).toBe(1);
    expect(node.status).toMatchObject({ rejected: { version: refused.version } });
  });
});
