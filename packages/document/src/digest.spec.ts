// Digests against golden vectors, and against the formula written down a second time.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByReference } from '../../../test/support/src/reference-json.js';
import { document, documentOf, value } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import { leafDigest } from './digest.js';
import { Document } from './document.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';

/** The formula, as plainly as it can be written. */
function formula(json: JsonValue): Buffer {
  const hash = createHash('sha256');
  if (!isJsonObject(json)) return hash.update(Buffer.of(0)).update(canonicalJson(json), 'utf8').digest();
  hash.update(Buffer.of(1));
  for (const name of Object.keys(json).sort()) {
    const bytes = Buffer.from(name, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash
      .update(length)
      .update(bytes)
      .update(formula(json[name] as JsonValue));
  }
  return hash.digest();
}

interface GoldenDigest {
  readonly name: string;
  readonly document: string;
  readonly digest: string;
}
const golden = JSON.parse(readFileSync(new URL('./golden/digests.json', import.meta.url), 'utf8')) as readonly GoldenDigest[];

describe('the digest of a document', () => {
  it.each(golden)('of $name is the golden one', ({ document: text, digest }) => {
    const json = parseByReference(text) as JsonObject;
    expect(documentOf(json).digest).toBe(digest);
    expect(formula(json).toString('hex')).toBe(digest);
  });

  it('is what the formula says, for leaves and for whole documents', () => {
    fc.assert(
      fc.property(document, value, (made, leaf) => {
        expect(made.digest).toBe(formula(made.toJson()).toString('hex'));
        expect(Buffer.from(leafDigest(leaf)).toString('hex')).toBe(formula(leaf).toString('hex'));
      }),
    );
  });

  it('of the empty document is SHA-256 of the byte 1', () => {
    expect(Document.empty.digest).toBe(createHash('sha256').update(Buffer.of(1)).digest('hex'));
  });

  it.each([1, 63, 64, 65, 200, 5000])('of an object of %i members stays right through changes', (count) => {
    const member = (index: number): JsonValue => (index % 3 === 0 ? { inner: index } : index);
    const json = Object.fromEntries(Array.from({ length: count }, (_, index) => [`näme-${index}`, member(index)]));
    const made = documentOf({ json });
    expect(made.digest).toBe(formula({ json }).toString('hex'));
    const there = [
      { path: 'json.näme-0.inner', value: 'changed' },
      { path: 'json.added', value: [1] },
      { path: 'json.added2', value: 1 },
    ];
    const back = [{ path: 'json.näme-0.inner', value: 0 }, { path: 'json.added' }, { path: 'json.added2' }];
    const next = made.apply(there);
    expect(next.digest).toBe(formula(next.toJson()).toString('hex'));
    expect(next.apply(back).digest).toBe(made.digest);
  });

  it('takes names of any length', () => {
    const json = { ['x'.repeat(255)]: { y: 1 } };
    expect(Buffer.from(leafDigest(json)).toString('hex')).toBe(formula(json).toString('hex'));
    const long = { ['é'.repeat(20_000)]: 1 };
    expect(Buffer.from(leafDigest(long)).toString('hex')).toBe(formula(long).toString('hex'));
  });
});
