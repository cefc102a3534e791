// What every feed must do, from publisher to node: the sentences of the port, as tests. Each adapter's spec calls `feedConformance`.
import type { ActiveDocument } from '@confledger/application';
import type { NodeFeed } from '@confledger/contracts';
import { isJsonObject, type JsonObject } from '@confledger/document';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FeedFollower } from './feed-follower.js';
import { SigningLedger } from './signing-ledger.js';

/** A publisher and what nodes of it are given. */
export interface FeedHarness {
  readonly feed: NodeFeed;
  publish(active: ActiveDocument): Promise<void>;
  /** Breaks every connection, and lets none be made until `heal`. Publishing goes on. */
  breakOff(): Promise<void>;
  heal(): Promise<void>;
  close(): Promise<void>;
}

export interface FeedUnderTest {
  readonly name: string;
  /** A feed without any activation. Called for each test. */
  readonly create: () => Promise<FeedHarness>;
  /** How it sends a reading. Default: leaf by leaf. */
  readonly reading?: 'leaves' | 'document';
}

const LEDGER = { environment: 'production', service: 'trading-engine' };
const WAIT = { timeout: 10_000, interval: 2 };

/** Defines the suite. */
export function feedConformance(subject: FeedUnderTest): void {
  describe(`${subject.name} keeps the rules of the feed port`, () => {
    let harness: FeedHarness;
    let ledger: SigningLedger;
    let node: FeedFollower;
    const publish = (json: JsonObject): Promise<void> => harness.publish(ledger.activate(json));
    const follow = async (): Promise<void> => {
      opened.push(node.open(harness.feed, LEDGER));
      await vi.waitFor(() => expect(node.said).toContain('synchronized'), WAIT);
    };
    const runs = (activation: number | undefined): Promise<void> =>
      vi.waitFor(() => expect(node.running?.activation).toBe(activation), WAIT);
    let opened: { close(): Promise<void> }[] = [];

    beforeEach(async () => {
      harness = await subject.create();
      ledger = new SigningLedger(`${LEDGER.environment}.${LEDGER.service}`);
      node = new FeedFollower();
      opened = [];
    });
    afterEach(async () => {
      for (const session of opened) await session.close();
      await harness.close();
    });

    test('a node that opens is told everything that is active, its marker, and that this was everything', async () => {
      await publish({ risk: { max: 5, min: 1 } });
      await follow();
      const content = subject.reading === 'document' ? ['document'] : ['leaf risk.max', 'leaf risk.min'];
      expect(node.said.slice(0, content.length + 3)).toEqual(['reset', ...content, 'active 2', 'synchronized']);
      expect(node.documents.at(-1)?.toJson()).toEqual({ risk: { max: 5, min: 1 } });
    });

    test('the sink is first called after open has returned', async () => {
      const session = node.open(harness.feed, LEDGER);
      opened.push(session);
      expect(node.said).toEqual([]);
      await vi.waitFor(() => expect(node.said).toContain('synchronized'), WAIT);
    });

    test('while nothing is active a node is told just that, and gets the first activation when it comes', async () => {
      await follow();
      expect(node.said.filter((each) => each !== 'beat')).toEqual(['reset', 'synchronized']);
      await publish({ a: 1 });
      await runs(2);
      expect(node.misfits).toEqual([]);
    });

    test('an activation is told as its differences, removals first, then its marker', async () => {
      await publish({ a: 1, b: { c: 2, d: 3 } });
      await follow();
      await publish({ a: 9, b: { d: 3 }, e: {} });
      await runs(4);
      expect(node.said.filter((each) => each !== 'beat').slice(-4)).toEqual(['removed b.c', 'leaf a', 'leaf e', 'active 4']);
      expect(node.documents.at(-1)?.toJson()).toEqual({ a: 9, b: { d: 3 }, e: {} });
    });

    test('an empty object that gets members, and one that is left empty, arrive as they are', async () => {
      await publish({ a: {}, b: { c: 1 } });
      await follow();
      await publish({ a: { x: 1 }, b: {} });
      await runs(4);
      expect(node.documents.at(-1)?.toJson()).toEqual({ a: { x: 1 }, b: {} });
    });

    test('a document may become empty and be filled again', async () => {
      await publish({ a: 1 });
      await follow();
      await publish({});
      await publish({ b: 2 });
      await runs(6);
      expect(node.documents.map((document) => document.toJson())).toEqual([{ a: 1 }, {}, { b: 2 }]);
    });

    test('an activation that is not above the newest is not told again', async () => {
      await publish({ a: 1 });
      const old = ledger.newest;
      await publish({ a: 2 });
      await follow();
      if (old !== null) await harness.publish(old);
      if (ledger.newest !== null) await harness.publish(ledger.newest);
      await publish({ a: 3 });
      await runs(6);
      expect(node.said.filter((each) => each.startsWith('active'))).toEqual(['active 4', 'active 6']);
    });

    test('activations published at once arrive in order, and each fits its digest', async () => {
      await publish({ n: 0 });
      await follow();
      const published = Array.from({ length: 50 }, (_, n) => publish({ n: n + 1, [`only-${n}`]: n }));
      await Promise.all(published);
      await runs(ledger.newest?.activation);
      expect(node.misfits).toEqual([]);
      const told = node.said.filter((each) => each.startsWith('active')).map((each) => Number(each.slice(7)));
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(node.documents.at(-1)?.toJson()).toEqual({ n: 50, 'only-49': 49 });
    });

    test('a node that loses the feed is told so, comes back by itself, and catches up', async () => {
      await publish({ a: 1 });
      await follow();
      await harness.breakOff();
      await vi.waitFor(() => expect(node.said).toContain('lost'), WAIT);
      await publish({ a: 2, b: 3 });
      await harness.heal();
      await runs(4);
      expect(node.documents.at(-1)?.toJson()).toEqual({ a: 2, b: 3 });
      expect(node.misfits).toEqual([]);
    });

    test('a node that comes back to what it runs hears only that this was everything', async () => {
      await publish({ a: 1 });
      await follow();
      await harness.breakOff();
      await vi.waitFor(() => expect(node.said).toContain('lost'), WAIT);
      node.said.length = 0;
      await harness.heal();
      await vi.waitFor(() => expect(node.said).toContain('synchronized'), WAIT);
      expect(node.said.filter((each) => each !== 'lost' && each !== 'beat')).toEqual(['synchronized']);
    });

    test('a restart brings a new reading from the start', async () => {
      await publish({ a: 1 });
      await follow();
      node.running = null;
      node.restart();
      await vi.waitFor(() => expect(node.count('reset')).toBe(2), WAIT);
      await runs(2);
    });

    test('a reading that the node calls incomplete is begun anew', async () => {
      await publish({ a: 1 });
      node.answer = 'incomplete';
      const resume = vi.spyOn(node, 'resumeId').mockReturnValue(null);
      await follow();
      await vi.waitFor(() => expect(node.count('synchronized')).toBe(2), WAIT);
      expect(resume).toHaveBeenCalledTimes(2);
      expect(node.count('reset')).toBe(2);
    });

    test('several nodes follow one ledger, and another ledger is not theirs', async () => {
      const other = new FeedFollower();
      opened.push(other.open(harness.feed, { environment: 'production', service: 'other-engine' }));
      await publish({ a: 1 });
      const second = new FeedFollower();
      opened.push(second.open(harness.feed, LEDGER));
      await follow();
      await publish({ a: 2 });
      await runs(4);
      await vi.waitFor(() => expect(second.running?.activation).toBe(4), WAIT);
      await vi.waitFor(() => expect(other.said).toContain('synchronized'), WAIT);
      expect(other.running).toBeNull();
    });

    test('a closed session calls the sink no more, and closing twice is closing once', async () => {
      await publish({ a: 1 });
      const session = node.open(harness.feed, LEDGER);
      await vi.waitFor(() => expect(node.said).toContain('synchronized'), WAIT);
      await session.close();
      await session.close();
      const heard = node.said.length;
      const witness = new FeedFollower();
      opened.push(witness.open(harness.feed, LEDGER));
      await publish({ a: 2 });
      await vi.waitFor(() => expect(witness.running?.activation).toBe(4), WAIT);
      expect(node.said).toHaveLength(heard);
    });

    test('leaves, feed and tree give the same digest for any document', { timeout: 60_000 }, async () => {
      await follow();
      await fc.assert(
        fc.asyncProperty(documents(), async (json) => {
          await publish(json);
          await runs(ledger.newest?.activation);
          expect(node.documents.at(-1)?.digest).toBe(ledger.newest?.digest);
          expect(node.misfits).toEqual([]);
        }),
        { numRuns: 100 },
      );
    });
  });
}

/** Any document: odd names, empty objects, arrays, line breaks, all planes of Unicode, extreme numbers. */
function documents(): fc.Arbitrary<JsonObject> {
  const names = fc.oneof(
    fc.constantFrom('a', 'b', 'c.d', '\\', '|', '~beat', 'é', ' '),
    fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter(isName),
  );
  const leaves = fc.oneof(
    fc.constantFrom(null, true, false, 0, -1.5e300, 5e-324, '', '\n\r\u2028', 'data: x'),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof({ maxDepth: 3 }, leaves, fc.array(leaves, { maxLength: 3 }), fc.dictionary(names, tie('node'), { maxKeys: 4 })),
  }));
  return fc
    .dictionary(names, node, { maxKeys: 6 })
    .map((json) => structuredClone(json) as JsonObject)
    .filter(isJsonObject);
}

function isName(text: string): boolean {
  return !['__proto__', 'constructor', 'prototype'].includes(text) && !/[\u0000-\u001f\u007f-\u009f]/.test(text);
}
