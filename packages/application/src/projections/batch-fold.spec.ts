// What a stretch of the log does to the tables: given a history, when more events come, then these rows.
import { LedgerLog, projectLog } from '@confledger/conformance';
import { DocumentFault } from '@confledger/document';
import { LedgerId } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { InMemoryReadModel } from '../in-memory/read-model.js';
import { BatchFold, type FoldedRows } from './batch-fold.js';
import type { DocumentNeed } from './projection.js';
import { useOfStream } from './projections.js';
import { emptyView, restoredView } from './view.js';

const LEDGER = 'production.trading-engine';
const STREAM = `config-${LEDGER}`;
type Write = (log: LedgerLog) => unknown;

const given = (...before: Write[]) => ({
  when: (...writes: Write[]) => ({
    then: async (expected: Partial<Record<keyof FoldedRows, unknown>>): Promise<void> => {
      const { batch } = await fold(before, writes);
      expect(batch).toMatchObject(expected);
    },
    needs: async (need: DocumentNeed): Promise<void> => {
      const { needs } = await fold(before, writes);
      expect(needs).toEqual([need]);
    },
  }),
});

async function fold(before: readonly Write[], writes: readonly Write[]): Promise<{ batch: FoldedRows; needs: DocumentNeed[] }> {
  const log = new LedgerLog();
  for (const write of before) write(log);
  const store = new InMemoryReadModel();
  await projectLog(log, store);
  const from = store.tables.checkpoint;
  for (const write of writes) write(log);
  const events = log.stored.filter(({ position }) => position > from);
  const streams = [...new Set(events.map(({ stream }) => stream))];
  const stored = await store.load(streams);
  const views = streams.map((stream) => {
    const use = useOfStream(stream);
    if (use.kind === 'unknown') throw new Error(`${stream} is not projected`);
    const view = stored.get(stream);
    return view ? restoredView(use.projection, view) : emptyView(use.projection, stream);
  });
  const foldAll = (isEager: boolean): { batch: FoldedRows; needs: DocumentNeed[] } => {
    const batchFold = new BatchFold({ views, isEager });
    const needs: DocumentNeed[] = [];
    for (const event of events) {
      const need = batchFold.add(event, new Map());
      if (need === null) continue;
      needs.push(need);
      batchFold.add(event, new Map([[need.version, log.document(need.ledger.text, need.version) ?? null]]));
    }
    return { batch: batchFold.finish().rows, needs };
  };
  try {
    return foldAll(false);
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    return foldAll(true);
  }
}

const change =
  (edits: Parameters<LedgerLog['change']>[1], options: Parameters<LedgerLog['change']>[2] = {}): Write =>
  (log) =>
    log.change(LEDGER, edits, options);
const activate =
  (version?: number): Write =>
  (log) =>
    log.activate(LEDGER, version);
const raw =
  (data: string, metadata: string, type = 'ConfigSet'): Write =>
  (log) =>
    log.raw(`config-${LEDGER}`, { type, data, metadata });

describe('a change set', () => {
  test('The first one makes the ledger, its environment, its version and its leaves', () =>
    given()
      .when(change({ a: 1 }))
      .then({
        environments: [{ environment: 'production', ledger: LEDGER, revision: 1 }],
        streams: [{ stream: STREAM, revision: 1, parkedAt: null }],
        ledgers: [{ ledger: LEDGER, exists: true, latest: 1, active: null, pending: 1, parkedAt: null }],
        items: [{ ledger: LEDGER, of: 'head', path: 'a', revision: 1, value: 1 }],
        itemsGone: [],
        versions: [{ version: 1, firstRevision: 1, changeCount: 1 }],
      }));

  test('Only what it touched becomes rows', () =>
    given(change({ a: 1, 'b.c': 2, 'b.d': 3 }))
      .when(change({ 'b.c': 4, 'b.d': undefined }))
      .then({
        environments: [],
        items: [{ of: 'head', path: 'b.c', revision: 5, value: 4 }],
        itemsGone: [{ ledger: LEDGER, of: 'head', path: 'b.d' }],
      }));

  test('A leaf that is set to the value it has gets the new revision', () =>
    given(change({ a: 1 }))
      .when(change({ a: 1 }))
      .then({ items: [{ path: 'a', revision: 2, value: 1 }] }));

  test('A set below a `{}` replaces it without an event of its own', () =>
    given(change({ a: {} }))
      .when(change({ 'a.b': 1 }))
      .then({ items: [{ path: 'a.b', value: 1 }], itemsGone: [{ path: 'a' }] }));

  test('While it is open it is buffered, and nothing takes effect', () =>
    given(change({ a: 1 }))
      .when(change({ a: 2, b: 3 }, { keep: 1 }))
      .then({
        streams: [{ revision: 2 }],
        ledgers: [{ latest: 1 }],
        items: [],
        versions: [],
        audit: [],
        settled: [],
        buffered: [{ stream: STREAM, revision: 2 }],
      }));

  test('An event of another one abandons it: its rows say so, and its buffer goes', () =>
    given(change({ a: 1 }), change({ a: 2, b: 3 }, { keep: 1 }))
      .when(change({ c: 4 }))
      .then({
        audit: [
          { revision: 2, abandoned: true, version: null, before: 1, after: 2 },
          { revision: 3, abandoned: false, version: 3 },
        ],
        settled: [STREAM],
        buffered: [],
        versions: [{ version: 3, firstRevision: 3, changeCount: 1 }],
      }));

  test('A ledger whose first one was abandoned exists from its next one on', () =>
    given(change({ a: 1 }, { keep: 1 }))
      .when(change({ b: 2 }))
      .then({
        ledgers: [{ exists: true, latest: 1 }],
        environments: [{ environment: 'production', revision: 1 }],
        audit: [{ type: 'LedgerCreated', abandoned: true }, { after: 2 }],
      }));

  test('A change in the same batch sees the value that the one before it left, and one row is written for the leaf', () =>
    given(change({ a: 1 }))
      .when(change({ a: 2 }), change({ a: 3 }))
      .then({
        audit: [
          { before: 1, after: 2 },
          { before: 2, after: 3 },
        ],
        items: [{ path: 'a', value: 3, revision: 3 }],
      }));
});

describe('an activation', () => {
  test('That of head copies what differs from the active document', () =>
    given(change({ a: 1, b: 2 }, { activate: true }), change({ b: 3 }))
      .when(activate())
      .then({
        ledgers: [{ latest: 4, active: 4, activation: 5, pending: 0 }],
        items: [{ of: 'active', path: 'b', value: 3, revision: 4 }],
        activations: [{ version: 4, activation: 5, rollbackTo: null }],
      }));

  test('One of an older version that is not at hand asks for its document first', () =>
    given(change({ a: 1 }), change({ a: 2 }), change({ b: 3 }))
      .when(activate(1))
      .needs({ ledger: LedgerId.of('production', 'trading-engine'), version: 1, digest: expect.any(String) as string }));

  test('One of an older version leaves what is newer pending', () =>
    given(change({ a: 1 }), change({ a: 2 }), change({ b: 3 }))
      .when(activate(1))
      .then({ ledgers: [{ latest: 3, active: 1, pending: 2 }], items: [{ of: 'active', path: 'a', value: 1, revision: 1 }] }));

  test('Whose digest is not that of its document is parked', () =>
    given(change({ a: 1 }))
      .when((log) => {
        const [event] = log.activate(LEDGER);
        if (event === undefined) return;
        log.stored.pop();
        log.raw(event.stream, { ...event, data: event.data.replace(/"digest":"../, '"digest":"zz') });
      })
      .then({ parked: [{ reason: expect.stringContaining('digest') }], ledgers: [{ parkedAt: 3n, active: null }], activations: [] }));
});

describe('an event that cannot be applied', () => {
  const metadataOf = (previousHash: string | null, other: object = {}): string =>
    JSON.stringify({
      actor: { id: 'a', method: 'm', roles: [] },
      reason: null,
      commandId: 'c',
      fingerprint: 'f',
      correlationId: 'r',
      causationId: null,
      changeSet: { id: 's', index: 0, size: 1 },
      occurredAt: '2026-01-01T00:00:00.000Z',
      schemaVersion: 1,
      traceparent: null,
      previousHash,
      hash: 'h',
      ...other,
    });

  test.each([
    ['data that is no JSON', '{', metadataOf(null), 'cannot be read'],
    ['an unknown hash before it', '{"path":"a","value":1}', metadataOf('other'), 'previousHash'],
    ['a path that is none', '{"path":"a..b","value":1}', metadataOf(null), 'a..b'],
    ['a path that is no text', '{"path":7,"value":1}', metadataOf(null), 'cannot be read'],
    ['a delete of nothing', '{"path":"a"}', metadataOf(null), 'a', 'ConfigDeleted'],
    ['no actor', '{"path":"a","value":1}', metadataOf(null, { actor: null }), ''],
    ['a time that is none', '{"path":"a","value":1}', metadataOf(null, { occurredAt: '2026-13-01T00:00:00.000Z' }), 'occurredAt'],
    [
      'a change set that begins in its middle',
      '{"path":"a","value":1}',
      metadataOf(null, { changeSet: { id: 's', index: 1, size: 2 } }),
      '1 of 2',
    ],
    ['NUL in a name', '{"path":"a","value":[{"\\u0000":1}]}', metadataOf(null), 'NUL'],
    ['an unknown type', '{}', metadataOf(null), 'type', 'ConfigMoved'],
  ])('One with %s is parked', (_, data, metadata, reason, type = 'ConfigSet') =>
    given()
      .when(raw(data, metadata, type))
      .then({
        parked: [{ position: 1n, revision: 0, type, reason: expect.stringContaining(reason) }],
        ledgers: [{ ledger: LEDGER, exists: false, parkedAt: 1n }],
        audit: [],
        items: [],
      }),
  );

  test('An escaped backslash before u0000 is no NUL', () =>
    given()
      .when(change({ a: '\\u0000', b: '\\ud800', c: '😀' }))
      .then({ parked: [], items: [{ value: '\\u0000' }, { value: '\\ud800' }, { value: '😀' }] }));

  test('A set below a leaf is parked together with the events of its change set before it', () =>
    given(change({ a: 1 }))
      .when((log) => {
        const other = new LedgerLog();
        other.change(LEDGER, { a: 1 });
        other.change(LEDGER, { a: undefined });
        const events = other.change(LEDGER, { b: 1, 'a.b': 2 });
        // The same events, without the delete that made room for them.
        const hashOf = () => (JSON.parse(log.stored.at(-1)?.metadata ?? '{}') as { hash: string }).hash;
        let previousHash = hashOf();
        events.forEach((event) => {
          const metadata = JSON.parse(event.metadata) as Record<string, unknown>;
          log.raw(event.stream, { ...event, metadata: JSON.stringify({ ...metadata, previousHash }) });
          previousHash = hashOf();
        });
      })
      .then({
        parked: [{ revision: 2 }, { revision: 3, reason: expect.stringContaining('a leaf stands above it') }],
        items: [],
        versions: [],
        ledgers: [{ latest: 1, parkedAt: 4n }],
      }));

  test('An event that JSON.parse would read and no release of ours wrote is parked with the reason', () =>
    given()
      .when(raw(String.raw`{"path":"\\\\","value":1,"value":2}`, '{}'))
      .then({ parked: [{ revision: 0, reason: expect.stringContaining('occurs twice') }], items: [] }));

  test('Everything behind it in its stream is parked too', () =>
    given(raw('{', '{}'))
      .when(raw('{}', '{}'))
      .then({ parked: [{ position: 2n, reason: expect.stringContaining('position 1') }], ledgers: [] }));

  test('An open change set before it is parked with it, and its buffer goes', () =>
    given(change({ a: 1, b: 2 }, { keep: 2 }))
      .when(raw('{', '{}'))
      .then({
        parked: [{ revision: 0 }, { revision: 1 }, { revision: 2 }],
        settled: [STREAM],
        buffered: [],
        streams: [{ revision: -1, hash: null, parkedAt: 3n }],
        ledgers: [{ parkedAt: 3n }],
      }));
});
