import { Document, type JsonObject, type JsonValue } from '@confledger/document';
import { readActivationMarker } from '@confledger/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeldLedger } from './held-ledger.js';

const marker = (activation: number) => {
  const read = readActivationMarker({
    origin: 'o',
    activation,
    version: 1,
    previous: null,
    digest: 'd',
    changes: 0,
    keyId: 'k',
    signature: 's',
    actor: 'a',
    occurredAt: 't',
  });
  if (read === null) throw new Error('no marker');
  return read;
};

function documentOf(json: JsonObject): Document {
  const made = Document.from(json);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

const documents = (): fc.Arbitrary<Document> => {
  const names = fc.constantFrom('a', 'b', 'c.d', 'é', '\\', '|', '\u{1F600}', '\uFB01');
  const leaves = fc.oneof(
    fc.constantFrom<JsonValue>(null, true, 0, '', [1, { x: 2 }]),
    fc.integer(),
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
  );
  const { node } = fc.letrec((tie) => ({ node: fc.oneof({ maxDepth: 3 }, leaves, fc.dictionary(names, tie('node'), { maxKeys: 4 })) }));
  return fc.dictionary(names, node, { maxKeys: 6 }).map((json) => documentOf(structuredClone(json) as JsonObject));
};

/** As the topic tells it to who reads it anew. */
function heldAfter(document: Document): HeldLedger {
  const held = new HeldLedger();
  for (const { path, value } of document.leaves()) held.record({ path, value, version: 1 });
  return held;
}

test('the digest of hashes is the digest of the document that they are of', () => {
  fc.assert(
    fc.property(documents(), (document) => {
      expect(heldAfter(document).digest()).toBe(document.digest);
    }),
  );
});

test('found by hashes or by trees, the differences are the same, and lead to the document', () => {
  fc.assert(
    fc.property(documents(), documents(), (before, after) => {
      const byHashes = heldAfter(before);
      const byTrees = heldAfter(before);
      byTrees.advance([], before, marker(1));
      const leaves = byHashes.leavesTowards(after, 2);
      expect(
        byTrees
          .leavesTowards(after, 2)
          .map(({ path }) => path)
          .toSorted(),
      ).toEqual(leaves.map(({ path }) => path).toSorted());
      for (const leaf of leaves) byHashes.record(leaf);
      expect(byHashes.digest()).toBe(after.digest);
      expect(byHashes.leavesTowards(after, 3)).toEqual([]);
    }),
  );
});

test('removals come before sets', () => {
  const leaves = heldAfter(documentOf({ a: {}, z: 1 })).leavesTowards(documentOf({ a: { b: 1 } }), 2);
  expect(leaves).toEqual([
    { path: 'a', version: 2, removed: true },
    { path: 'z', version: 2, removed: true },
    { path: 'a.b', value: 1, version: 2 },
  ]);
});

test('leaves that contradict each other, or whose paths are none, have no digest', () => {
  const held = new HeldLedger();
  held.record({ path: 'a', value: 1, version: 1 });
  held.record({ path: 'a.b', value: 1, version: 1 });
  expect(held.digest()).toBeNull();
  const odd = new HeldLedger();
  odd.record({ path: 'a..b', value: 1, version: 1 });
  expect(odd.digest()).toBeNull();
});

test('a marker below the one before it, or none where one was, is disorder until the ledger is written', () => {
  const held = new HeldLedger();
  held.recordMarker(marker(3));
  held.recordMarker(marker(5));
  expect(held.disordered).toBe(false);
  held.recordMarker(marker(3));
  expect(held.disordered).toBe(true);
  held.advance([], Document.empty, marker(5));
  expect(held.disordered).toBe(false);
  held.recordMarker(null);
  expect(held.disordered).toBe(true);
});
