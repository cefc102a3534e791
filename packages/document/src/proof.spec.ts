// Proofs: what is there is proved, and nothing else is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { document, documentOf, scalar } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import { verifyProof, type Proof } from './proof.js';
import type { JsonValue } from './json.js';

const made = documentOf({ risk: { limit: 5, none: {}, list: [1, 2] }, 'a.b': 'x', other: true });

function proofOf(path: string): Proof {
  const proof = made.proof(path);
  if (proof === undefined) throw new Error(`no proof for ${path}`);
  return proof;
}

describe('a proof', () => {
  it('verifies for every leaf of any document, also after a journey as JSON, and for no other value', () => {
    fc.assert(
      fc.property(document, scalar, (anyDocument, other) => {
        for (const leaf of anyDocument.leaves()) {
          const proof = JSON.parse(JSON.stringify(anyDocument.proof(leaf.path))) as Proof;
          expect(verifyProof(proof, leaf.value, anyDocument.digest)).toBe(true);
          if (canonicalJson(other) !== canonicalJson(leaf.value)) expect(verifyProof(proof, other, anyDocument.digest)).toBe(false);
        }
      }),
    );
  });

  it('exists for objects and the root too', () => {
    expect(verifyProof(proofOf('risk'), { limit: 5, none: {}, list: [1, 2] }, made.digest)).toBe(true);
    expect(verifyProof(proofOf(''), made.toJson(), made.digest)).toBe(true);
    expect(verifyProof(proofOf('risk'), { limit: 6, none: {}, list: [1, 2] }, made.digest)).toBe(false);
  });

  it.each(['nothing', 'risk.limit.x', 'risk.list.0', 'a..b', 'toString'])('does not exist for %s', (path) => {
    expect(made.proof(path)).toBe(undefined);
  });

  it('shows names and digests of siblings, no values', () => {
    const proof = proofOf('risk.limit');
    expect(proof.levels.map((level) => level.map((sibling) => sibling.name))).toEqual([
      ['a.b', 'other'],
      ['list', 'none'],
    ]);
    expect(proof.levels.flat().every((sibling) => /^[0-9a-f]{64}$/.test(sibling.digest))).toBe(true);
  });

  const proof = proofOf('risk.limit');
  const [top = [], below = []] = proof.levels;
  const forged: [string, Proof, JsonValue][] = [
    ['another path', { ...proof, path: 'risk.limits' }, 5],
    ['another place', { ...proof, path: 'other.limit' }, 5],
    ['a path that is none', { ...proof, path: 'risk..limit' }, 5],
    ['a level too few', { ...proof, levels: [top] }, 5],
    ['a level too many', { ...proof, levels: [top, below, []] }, 5],
    ['a sibling left out', { ...proof, levels: [top, below.slice(1)] }, 5],
    ['a sibling twice', { ...proof, levels: [top, [...below, ...below]] }, 5],
    ['a sibling by its own name', { ...proof, levels: [top, [...below, { name: 'limit', digest: '0'.repeat(64) }]] }, 5],
    ['a sibling renamed', { ...proof, levels: [top, below.map((sibling) => ({ ...sibling, name: `${sibling.name}x` }))] }, 5],
    ['a digest that is none', { ...proof, levels: [top, below.map((sibling) => ({ ...sibling, digest: 'xyz' }))] }, 5],
    ['a digest altered', { ...proof, levels: [top.map((sibling) => ({ ...sibling, digest: 'f'.repeat(64) })), below] }, 5],
    ['another value', proof, 6],
    ['the value as a string', proof, '5'],
  ];
  it.each(forged)('fails with %s', (_, forgery, claimed) => {
    expect(verifyProof(forgery, claimed, made.digest)).toBe(false);
    expect(verifyProof(proof, 5, made.digest)).toBe(true);
  });
});
