// A snapshot gives back content, digest and revisions.
import { describe, expect, it } from 'vitest';
import { Document } from './index.js';

describe('a document from its snapshot', () => {
  const document = Document.empty.apply([
    { path: 'b.2', value: 'two', revision: 1 },
    { path: 'b.10', value: [1, { x: null }], revision: 2 },
    { path: 'a', value: {}, revision: 3 },
    { path: 'b.gone', value: 1, revision: 4 },
    { path: 'b.gone', revision: 5 },
  ]);
  const restored = Document.fromSnapshot(JSON.parse(JSON.stringify(document.toSnapshot())));

  it('has the same content, digest and leaves', () => {
    expect(restored.digest).toBe(document.digest);
    expect(restored.toJson()).toEqual(document.toJson());
    expect([...restored.leaves()]).toEqual([...document.leaves()]);
    expect(restored.leafCount).toBe(3);
  });

  it('keeps the revision of a deletion below an object', () => {
    expect(restored.nodeAt('b')?.revision).toBe(5);
    expect(restored.nodeAt('a')?.revision).toBe(3);
  });

  it('of the empty document is the empty document', () => {
    expect(Document.fromSnapshot(Document.empty.toSnapshot()).digest).toBe(Document.empty.digest);
  });

  it.each([[null], [[]], [['x']], [[1]], [[null, 1, 2, [1, 1]]]])('is refused when it is %j', (snapshot) => {
    expect(() => Document.fromSnapshot(snapshot)).toThrow('snapshot of');
  });
});
