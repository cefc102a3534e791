// A feed that lies: the node keeps the last good snapshot and says so, and believes the feed again when it tells the truth.
import { differencesOf, leavesOf, markerOf, ScriptedFeed, SigningKey, SigningLedger } from '@confledger/conformance';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectNode, type Handle, type NodeValue, type JsonValue, type TradingNode } from './index.js';
import { GATHERED_CHARACTERS_MAX, GATHERED_LEAVES_MAX } from './leaf-gathering.js';

type ActiveDocument = ReturnType<SigningLedger['activate']>;

const LEDGER = { environment: 'production', service: 'trading-engine' };

let ledger: SigningLedger;
let feed: ScriptedFeed;
let node: TradingNode;
let limit: Handle<NodeValue | undefined>;
let first: ActiveDocument;
/** Whether new readings are answered with the truth. */
let truthful: boolean;

beforeEach(async () => {
  ledger = new SigningLedger();
  first = ledger.activate({ risk: { limit: 1 }, other: 'x' });
  truthful = true;
  feed = new ScriptedFeed((script) => truthful && void script.tellWhole(ledger.newest));
  node = await connectNode({ ...LEDGER, feed, publicKey: ledger.key.publicKey });
  limit = node.handle('risk.limit');
  truthful = false;
});
afterEach(() => node.close());

/** The lie was not run, a new reading was asked for, and the truth ends the doubt. */
async function lastGoodRunsUntilTruth(): Promise<void> {
  expect(limit.current).toBe(1);
  expect(node.status).toMatchObject({ state: 'stale', running: { activation: first.activation, digest: first.digest } });
  expect(node.status.problem).not.toBeNull();
  expect(feed.restarts).toHaveLength(1);
  expect(feed.restarts[0]).toBe(node.status.problem);
  truthful = true;
  const next = ledger.activate({ risk: { limit: 2 }, other: 'x' });
  await vi.waitFor(() =>
    expect(node.status).toMatchObject({ state: 'ready', rejected: null, problem: null, running: { activation: next.activation } }),
  );
  expect(limit.current).toBe(2);
}

describe('in what follows the first reading', () => {
  test('a wrong digest under a good signature', async () => {
    const other = new SigningLedger(ledger.name, ledger.key).activate({ risk: { limit: 77 } });
    const lie = ledger.sign({ activation: 9, version: 8, previous: 1, document: other.document });
    feed.sink.leaf({ path: 'risk.limit', value: 666, version: 8 });
    feed.sink.active(markerOf(lie));
    await lastGoodRunsUntilTruth();
  });

  test('a digest that was changed after signing', async () => {
    const next = ledger.activate({ risk: { limit: 666 }, other: 'x' });
    for (const leaf of differencesOf(first, next)) feed.sink.leaf(leaf);
    feed.sink.active({ ...markerOf(next), version: 99 });
    expect(node.status.rejected).toEqual({ version: 99, problems: [{ path: null, message: expect.stringContaining('signature') }] });
    await lastGoodRunsUntilTruth();
  });

  test('a signature by another key', async () => {
    const forger = new SigningLedger(ledger.name, new SigningKey());
    const lie = forger.sign({ activation: 9, version: 8, previous: 1, document: forger.activate({ risk: { limit: 666 } }).document });
    feed.tellNext(first, { ...lie, origin: ledger.origin });
    expect(node.status.rejected?.problems[0]?.message).toContain('does not trust');
    await lastGoodRunsUntilTruth();
  });

  test('a signature by another key under the trusted key id', async () => {
    const forger = new SigningLedger(ledger.name, new SigningKey());
    const lie = forger.sign({ activation: 9, version: 8, previous: 1, document: forger.activate({ risk: { limit: 666 } }).document });
    feed.tellNext(first, { ...lie, origin: ledger.origin, keyId: ledger.key.keyId });
    expect(node.status.rejected?.problems[0]?.message).toContain('signature');
    await lastGoodRunsUntilTruth();
  });

  test('the signed marker of another ledger', async () => {
    const staging = new SigningLedger('staging.trading-engine', ledger.key);
    const lie = staging.sign({ activation: 9, version: 8, previous: 1, document: staging.activate({ risk: { limit: 666 } }).document });
    feed.tellNext(first, lie);
    expect(node.status.rejected?.problems[0]?.message).toContain('signature');
    await lastGoodRunsUntilTruth();
  });

  test('another ledger under the same name', async () => {
    const reborn = new SigningLedger(ledger.name, ledger.key);
    const lie = reborn.sign({ activation: 9, version: 8, previous: 1, document: reborn.activate({ risk: { limit: 666 } }).document });
    feed.tellNext(first, lie);
    expect(node.status.rejected?.problems[0]?.message).toContain('origin');
    await lastGoodRunsUntilTruth();
  });

  test('an old signed activation, played again', async () => {
    truthful = true;
    const second = ledger.activate({ risk: { limit: 1 }, other: 'y' });
    feed.tellNext(first, second);
    truthful = false;
    feed.tellNext(second, first);
    expect(node.snapshot.get('other')).toBe('y');
    expect(node.status.rejected).toEqual({
      version: first.version,
      problems: [{ path: null, message: expect.stringContaining('old one') }],
    });
    first = second;
    await lastGoodRunsUntilTruth();
  });

  test('the running activation with another digest', async () => {
    const lie = ledger.sign({ ...first, document: new SigningLedger().activate({ risk: { limit: 666 } }).document });
    feed.tellNext(first, lie);
    expect(node.status.rejected?.problems[0]?.message).toContain('two digests');
    await lastGoodRunsUntilTruth();
  });

  test('a leaf that is missing', async () => {
    const next = ledger.activate({ risk: { limit: 666 }, other: 'y' });
    for (const leaf of differencesOf(first, next).slice(1)) feed.sink.leaf(leaf);
    feed.sink.active(markerOf(next));
    await lastGoodRunsUntilTruth();
  });

  test('a leaf too many', async () => {
    const next = ledger.activate({ risk: { limit: 666 }, other: 'y' });
    feed.sink.leaf({ path: 'risk.backdoor', value: true, version: next.version });
    feed.tellNext(first, next);
    await lastGoodRunsUntilTruth();
  });

  test('leaves that contradict each other', async () => {
    const next = ledger.activate({ risk: { limit: 666 }, other: 'y' });
    feed.sink.leaf({ path: 'risk.limit.below', value: 1, version: next.version });
    feed.tellNext(first, next);
    await lastGoodRunsUntilTruth();
  });

  test('more leaves than any document has', async () => {
    for (let index = 0; index <= GATHERED_LEAVES_MAX; index += 1) feed.sink.leaf({ path: `flood${index}`, value: 1, version: 8 });
    await lastGoodRunsUntilTruth();
  });

  test('more text than a node can hold', async () => {
    const value = 'x'.repeat(GATHERED_CHARACTERS_MAX / 100);
    for (let index = 0; index <= 100; index += 1) feed.sink.leaf({ path: `flood${index}`, value, version: 8 });
    await lastGoodRunsUntilTruth();
  });

  test('a value that is nested deeper than anybody can walk', async () => {
    const levels = 200_000;
    const value = JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as JsonValue;
    expect(() => feed.sink.leaf({ path: 'deep', value, version: 8 })).not.toThrow();
    await lastGoodRunsUntilTruth();
  });

  test('the same leaf told often takes the room of one', () => {
    const value = 'x'.repeat(GATHERED_CHARACTERS_MAX / 100);
    for (let index = 0; index <= 200; index += 1) feed.sink.leaf({ path: 'other', value: [value], version: 8 });
    expect([feed.restarts, node.status.state]).toEqual([[], 'ready']);
  });

  test('a leaf whose path is none', async () => {
    const next = ledger.activate({ risk: { limit: 666 }, other: 'y' });
    feed.sink.leaf({ path: 'risk..__proto__', value: 1, version: next.version });
    feed.tellNext(first, next);
    await lastGoodRunsUntilTruth();
  });

  test('records in another order: the marker before its leaves', async () => {
    const next = ledger.activate({ risk: { limit: 666 }, other: 'x' });
    feed.sink.active(markerOf(next));
    for (const leaf of differencesOf(first, next)) feed.sink.leaf(leaf);
    await lastGoodRunsUntilTruth();
  });

  test('two activations in the wrong order', async () => {
    const second = ledger.activate({ risk: { limit: 666 }, other: 'x' });
    const third = ledger.activate({ risk: { limit: 667 }, other: 'x' });
    for (const leaf of differencesOf(second, third)) feed.sink.leaf(leaf);
    feed.sink.active(markerOf(third));
    // Its one leaf is all that differs from what runs: this is the third activation, whole. The second after it is an old one.
    expect(limit.current).toBe(667);
    feed.tellNext(first, second);
    expect(limit.current).toBe(667);
    expect(node.status.rejected?.version).toBe(second.version);
  });

  test('a marker that was left out: the activation after it is whole, and nothing in between is run', () => {
    const second = ledger.activate({ risk: { limit: 666 }, other: 'y' });
    const third = ledger.activate({ risk: { limit: 3 }, other: 'y' });
    for (const leaf of differencesOf(first, second)) feed.sink.leaf(leaf);
    expect(limit.current).toBe(1);
    feed.tellNext(second, third);
    expect(limit.current).toBe(3);
    expect(node.status).toMatchObject({ state: 'ready', running: { activation: third.activation }, gaps: 1 });
  });

  test('leaves that no marker followed are dropped with the connection', async () => {
    feed.sink.leaf({ path: 'risk.limit', value: 666, version: 3 });
    feed.sink.lost('broken');
    feed.connect();
    expect(feed.resumeId).toBe(`${ledger.origin}:${first.activation}`);
    feed.sink.synchronized();
    expect(node.status.state).toBe('ready');
    const next = ledger.activate({ risk: { limit: 1 }, other: 'y' });
    feed.tellNext(first, next);
    expect(node.status).toMatchObject({ state: 'ready', running: { activation: next.activation } });
    expect(limit.current).toBe(1);
  });

  test('what comes between a lie and the new reading does not count', async () => {
    const next = ledger.activate({ risk: { limit: 2 }, other: 'x' });
    feed.sink.active({ ...markerOf(next), digest: 'f'.repeat(64) });
    feed.tellNext(first, next);
    feed.beat();
    expect(feed.sink.synchronized()).toBe('incomplete');
    expect(limit.current).toBe(1);
    expect(node.status.state).toBe('stale');
    expect(feed.restarts).toHaveLength(1);
    expect(feed.sink.resumeId()).toBeNull();
  });
});

describe('in a new reading', () => {
  test('one that does not add up is incomplete, and changes nothing', () => {
    const next = ledger.activate({ risk: { limit: 666 }, other: 'y' });
    feed.sink.reset('scripted');
    for (const leaf of leavesOf(next).slice(1)) feed.sink.leaf(leaf);
    feed.sink.active(markerOf(next));
    expect(feed.sink.synchronized()).toBe('incomplete');
    expect(limit.current).toBe(1);
    expect(node.status.state).toBe('stale');
    // A feed that reads on to a new end may yet complete it.
    for (const leaf of leavesOf(next)) feed.sink.leaf(leaf);
    expect(feed.sink.synchronized()).toBe('complete');
    expect(limit.current).toBe(666);
    expect(node.status.state).toBe('ready');
  });

  test('nothing is swapped before the feed says that this was everything', () => {
    const next = ledger.activate({ risk: { limit: 2 }, other: 'x' });
    feed.sink.reset('scripted');
    for (const leaf of leavesOf(next)) feed.sink.leaf(leaf);
    feed.sink.active(markerOf(next));
    expect(limit.current).toBe(1);
    feed.sink.synchronized();
    expect(limit.current).toBe(2);
  });

  test('an activation below the highest ever run is refused', () => {
    const second = ledger.activate({ risk: { limit: 1 }, other: 'y' });
    feed.tellNext(first, second);
    expect(feed.tellWhole(first)).toBe('incomplete');
    expect(node.snapshot.get('other')).toBe('y');
    expect(node.status).toMatchObject({ state: 'stale', rejected: { version: first.version } });
    expect(feed.tellWhole(second)).toBe('complete');
    expect(node.status).toMatchObject({ state: 'ready', rejected: null });
  });

  test('a forged marker behind the true one is passed over', () => {
    const next = ledger.activate({ risk: { limit: 2 }, other: 'x' });
    feed.sink.reset('scripted');
    for (const leaf of leavesOf(next)) feed.sink.leaf(leaf);
    feed.sink.active(markerOf(next));
    feed.sink.active({ ...markerOf(next), activation: 99 });
    expect(feed.sink.synchronized()).toBe('complete');
    expect(limit.current).toBe(2);
  });

  test('of any number of markers, the newest that can be trusted counts', () => {
    const next = ledger.activate({ risk: { limit: 2 }, other: 'x' });
    feed.sink.reset('scripted');
    for (const leaf of leavesOf(next)) feed.sink.leaf(leaf);
    for (let n = 0; n < 200; n++) feed.sink.active({ ...markerOf(next), version: 1_000 + n });
    feed.sink.active(markerOf(next));
    expect(feed.sink.synchronized()).toBe('complete');
    expect(limit.current).toBe(2);
  });

  test('"nothing is active", to a node that has run something', () => {
    expect(feed.tellWhole(null)).toBe('incomplete');
    expect(limit.current).toBe(1);
    expect(node.status).toMatchObject({ state: 'stale', rejected: { version: null } });
  });

  test('leaves without any marker', () => {
    feed.sink.reset('scripted');
    feed.sink.leaf({ path: 'risk.limit', value: 666, version: 1 });
    expect(feed.sink.synchronized()).toBe('incomplete');
    expect(limit.current).toBe(1);
    expect(node.status.state).toBe('stale');
  });
});

describe('from the start', () => {
  test('a node without a snapshot runs nothing that it cannot trust, and says what it was offered', async () => {
    const liar = new ScriptedFeed((script) => void script.tellWhole(first));
    const connecting = connectNode({ ...LEDGER, feed: liar, publicKey: new SigningKey().publicKey, startTimeoutMs: 30 });
    await expect(connecting).rejects.toMatchObject({
      code: 'ACTIVATION_REFUSED',
      problems: [{ message: expect.stringContaining('does not trust') }],
    });
  });

  test('a node that is told its origin runs no other', async () => {
    const liar = new ScriptedFeed((script) => void script.tellWhole(first));
    const connecting = connectNode({ ...LEDGER, feed: liar, publicKey: ledger.key.publicKey, origin: 'another', startTimeoutMs: 30 });
    await expect(connecting).rejects.toMatchObject({
      code: 'ACTIVATION_REFUSED',
      problems: [{ message: expect.stringContaining('origin') }],
    });
  });

  test('while keys are rotated, what either signed is run', async () => {
    const other = new SigningKey();
    const both = new ScriptedFeed((script) => void script.tellWhole(first));
    const rotating = await connectNode({ ...LEDGER, feed: both, publicKey: [other.publicKey, ledger.key.publicKey] });
    const next = ledger.activate({ risk: { limit: 2 }, other: 'x' });
    both.tellNext(first, new SigningLedger(ledger.name, other, ledger.origin).sign(next));
    expect(rotating.snapshot.get('risk.limit')).toBe(2);
    await rotating.close();
  });
});
