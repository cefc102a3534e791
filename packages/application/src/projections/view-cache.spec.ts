import { Document } from '@confledger/document';
import { expect, test } from 'vitest';
import type { StoredEvent } from '../ports/event-store.js';
import { BATCH_BYTES_MAX, BATCH_EVENTS_MAX, chunksOf } from './chunks.js';
import { LazyDocument } from './lazy-document.js';
import { ledgerProjection } from './ledger-projection.js';
import type { View } from './projection.js';
import { emptyView } from './view.js';
import { ViewCache } from './view-cache.js';

const empty = (stream: string): View => emptyView(ledgerProjection, stream);

function viewWith(name: string, leaves: number): View {
  const document = Document.empty.apply(
    Array.from({ length: leaves }, (_, index) => ({ path: `leaf${index}`, value: index, revision: index })),
  );
  const head = { version: leaves, ordinal: 1, document: LazyDocument.of(document) };
  const state = { ledger: { head, active: null, pending: 1, tags: new Map() }, updatedAt: '', recent: [] };
  const { stream, ...view } = empty(name);
  return { ...view, stream: { ...stream, state } };
}

test('Beyond its leaves the cache drops the views that were put longest ago', () => {
  const cache = new ViewCache(300);
  cache.put([viewWith('a.a', 100)]);
  cache.put([viewWith('a.b', 100)]);
  cache.put([viewWith('a.a', 100)]);
  cache.put([viewWith('a.c', 100)]);
  expect([cache.get('a.a'), cache.get('a.b'), cache.get('a.c')].map((view) => view !== undefined)).toEqual([true, false, true]);
});

test('A view that alone is larger than the cache is kept until another comes', () => {
  const cache = new ViewCache(10);
  cache.put([viewWith('a.a', 100)]);
  expect(cache.get('a.a')).toBeDefined();
  cache.put([viewWith('a.b', 1)]);
  expect(cache.get('a.a')).toBeUndefined();
  expect(cache.get('a.b')).toBeDefined();
});

test('A thousand empty ledgers count too', () => {
  const cache = new ViewCache(1_000);
  for (let index = 0; index < 1_000; index += 1) cache.put([empty(`a.s${index}`)]);
  expect(cache.get('a.s0')).toBeUndefined();
  expect(cache.get('a.s999')).toBeDefined();
});

const event = (size: number): StoredEvent => ({
  id: '',
  type: '',
  data: 'x'.repeat(size),
  metadata: '',
  stream: 's',
  revision: 0,
  position: 1n,
});

test('No batch has more events than its limit', () => {
  const sizes = [...chunksOf(Array.from({ length: BATCH_EVENTS_MAX * 2 + 1 }, () => event(1)))].map((chunk) => chunk.length);
  expect(sizes).toEqual([BATCH_EVENTS_MAX, BATCH_EVENTS_MAX, 1]);
});

test('No batch has more text than its limit, except one event that is larger alone', () => {
  const half = BATCH_BYTES_MAX / 2;
  const sizes = [...chunksOf([event(half), event(half), event(1), event(BATCH_BYTES_MAX + 1), event(1)])].map((chunk) => chunk.length);
  expect(sizes).toEqual([2, 1, 1, 1]);
  expect([...chunksOf([])]).toEqual([]);
});
