// Documents of layers kept beside the snapshots: a process that begins with them needs no parent's stream for what ran, and without them
// everything is as it is from the streams alone.
import { Document, type JsonValue } from '@confledger/document';
import { LedgerId, StreamCorrupt, statementOf, type Command, type Guards } from '@confledger/domain';
import { eventually } from '@confledger/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { defineFirst, layeredCore, SERVICE, type LayeredCore } from '../../../../test/support/src/layered-installation.js';
import { createInMemoryEventStore, type InMemoryEventStore } from '../in-memory/event-store.js';
import { InMemoryLayerDocuments } from '../in-memory/layer-documents.js';
import type { EventStore } from '../ports/event-store.js';
import { LAYER_DOCUMENT_CHARACTERS_MAX, type LayerDocuments } from '../ports/layer-documents.js';
import type { CommandDone } from './ledgers.js';
import { DOCUMENTS_KNOWN_STORED_MAX, DOCUMENTS_WAITING_MAX, StoredDocuments, StoredDocumentUnfit } from './stored-documents.js';

const LIVE = { activate: true } as const;
const [BASE, STAGING] = [LedgerId.of('base', SERVICE), LedgerId.of('staging', SERVICE)];
const set = (path: string, value: number): Command => ({ type: 'Set', path, value });

interface Body {
  readonly [name: string]: JsonValue;
  readonly document: readonly JsonValue[];
}

let store: InMemoryEventStore;
let documents: InMemoryLayerDocuments;
let faults: unknown[];

const core = (over: EventStore = store, layerDocuments: LayerDocuments | null = documents): LayeredCore =>
  layeredCore(over, { layerDocuments, onSnapshotFault: (error) => faults.push(error) });
const withoutStored = (): LayeredCore => core(store, null);

async function done(of: LayeredCore, environment: string, command: Command, guards: Guards = {}): Promise<CommandDone> {
  const outcome = await of.execute(environment, command, guards);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
  return outcome;
}

async function json(of: LayeredCore, version: 'active' | 'previous' = 'active'): Promise<unknown> {
  const read = await of.ledgers.read(STAGING, { version });
  return read.kind === 'found' ? read.document.toJson() : read;
}

/** The store, and the streams that were read from it. */
function counted(): { readonly over: EventStore; readonly read: Set<string> } {
  const read = new Set<string>();
  const over: EventStore = {
    ...store,
    readStream(stream, page) {
      read.add(stream);
      return store.readStream(stream, page);
    },
  };
  return { over, read };
}

/** One byte of the value that the parent's first event set. */
function breakBase(): void {
  store.alter(BASE.stream, 1, ({ data }) => ({ data: data.replace('"value":1', '"value":7') }));
}

/** Staging ran over base with limit 1, and runs over base with limit 2; both were read once by another process. */
beforeEach(async () => {
  [store, documents, faults] = [createInMemoryEventStore(), new InMemoryLayerDocuments(), []];
  await defineFirst(store);
  const first = core();
  await first.define('base', { type: 'development' });
  await first.define('staging', { type: 'staging', inheritsFrom: ['base'], policy: { inherited: 'explicit' } });
  await done(first, 'base', { type: 'Create', configuration: { limit: 1, venue: 'a' } }, LIVE);
  await done(first, 'staging', { type: 'Create', configuration: { own: 1 } }, LIVE);
  await done(first, 'base', set('limit', 2), LIVE);
  await done(first, 'staging', { type: 'Activate', version: 'latest' });
  await json(first);
  await json(first, 'previous');
  await eventually(() => documents.size === 4);
});

describe('a process that begins', () => {
  test('reads what runs and what ran from the store of documents, and no stream of a parent', async () => {
    const { over, read } = counted();
    const cold = core(over);
    expect(await json(cold)).toEqual(await json(withoutStored()));
    expect(await json(cold, 'previous')).toEqual(await json(withoutStored(), 'previous'));
    expect((await cold.ledgers.active(STAGING))?.digest).toBe((await withoutStored().ledgers.active(STAGING))?.digest);
    expect(read).toContain(STAGING.stream);
    expect(read).not.toContain(BASE.stream);
    expect(faults).toEqual([]);
  });

  test('shows the same revisions as one that reads the streams', async () => {
    const revisionsOf = async (of: LayeredCore) => (await of.ledgers.active(STAGING))?.document.toSnapshot();
    expect(await revisionsOf(core())).toEqual(await revisionsOf(withoutStored()));
  });

  test('answers from the streams where the documents are lost, and stores them again', async () => {
    documents.clear();
    const cold = core();
    expect(await json(cold)).toEqual({ own: 1, venue: 'a', limit: 2 });
    expect(await json(cold, 'previous')).toEqual({ own: 1, venue: 'a', limit: 1 });
    await eventually(() => expect(documents.size).toBe(4));
    expect(faults).toEqual([]);
  });
});

describe('where the stream of a parent cannot be read, a process that begins', () => {
  beforeEach(breakBase);

  test('serves what runs and what ran, without what is pending above', async () => {
    const cold = core();
    await cold.environments.fresh();
    expect(await json(cold)).toEqual({ own: 1, venue: 'a', limit: 2 });
    expect(await json(cold, 'previous')).toEqual({ own: 1, venue: 'a', limit: 1 });
    expect((await cold.ledgers.active(STAGING))?.document.toJson()).toEqual({ own: 1, venue: 'a', limit: 2 });
    await eventually(() => expect(cold.ledgers.brokenStreams()).toMatchObject([{ stream: BASE.stream }]));
    const read = await cold.ledgers.read(STAGING, { version: 'active' });
    expect(read).toMatchObject({ kind: 'found', standing: { inherited: null, pendingBecause: [] } });
    await expect(json(withoutStored())).rejects.toThrow(BASE.stream);
  });

  test.each<[string, Command, Guards, unknown]>([
    ['rolls back to what ran before', { type: 'Rollback', version: 'previous' }, {}, { own: 1, venue: 'a', limit: 1 }],
    ['rolls back to a version', { type: 'Rollback', version: 1 }, {}, { own: 1, venue: 'a', limit: 2 }],
    ['rolls back to an activation', { type: 'RollbackTo', activation: 2 }, {}, { own: 1, venue: 'a', limit: 1 }],
    ['takes a write live', set('own', 9), LIVE, { own: 9, venue: 'a', limit: 2 }],
  ])('%s', async (_, command, guards, expected) => {
    const cold = core();
    const { activated, standing } = await done(cold, 'staging', command, guards);
    expect(standing.inherited).toBeNull();
    if (command.type !== 'Rollback' || command.version !== 1) expect(activated?.layers).toMatchObject([{ ledger: BASE.text }]);
    expect(await json(cold)).toEqual(expected);
    await expect(withoutStored().execute('staging', command, guards)).rejects.toThrow(BASE.stream);
  });

  test('activates what is pending over the layers that run', async () => {
    await done(core(), 'staging', set('own', 5));
    const cold = core();
    const { activated } = await done(cold, 'staging', { type: 'Activate', version: 'latest', layers: 'kept' });
    expect(activated?.layers).toMatchObject([{ ledger: BASE.text }]);
    expect(await json(cold)).toEqual({ own: 5, venue: 'a', limit: 2 });
  });

  test('does not activate over the newest layers, and names the stream that cannot be read', async () => {
    const activating = core().execute('staging', { type: 'Activate', version: 'latest' });
    await expect(activating).rejects.toThrow(StreamCorrupt);
    await expect(activating).rejects.toThrow(BASE.stream);
  });
});

test('a rollback to a version of long ago that ran without layers asks for no parent', async () => {
  const form1 = layeredCore(store, { statement: statementOf(1) });
  await form1.define('testing', { type: 'testing' });
  await done(form1, 'testing', { type: 'Create', configuration: { own: 0 } }, LIVE);
  for (let value = 1; value < 40; value += 1) await done(form1, 'testing', set('own', value), LIVE);
  await form1.define('testing', { type: 'testing', inheritsFrom: ['base'] });
  breakBase();
  const cold = layeredCore(store, { statement: statementOf(1) });
  const { rollback } = await done(cold, 'testing', { type: 'Rollback', version: 1 });
  expect(rollback).toMatchObject({ version: 1, activation: 2 });
  expect((await cold.ledgers.active(LedgerId.of('testing', SERVICE)))?.document.toJson()).toEqual({ own: 0 });
  // A version that never ran takes the newest layers.
  await done(cold, 'testing', set('own', 100));
  const { version } = (await done(cold, 'testing', set('own', 101))).standing;
  await expect(cold.execute('testing', { type: 'Rollback', version: version ?? 0 })).rejects.toThrow(BASE.stream);
});

describe('a stored document', () => {
  const stored: [string, (body: JsonValue) => JsonValue][] = [
    ['with another value', (body) => JSON.parse(JSON.stringify(body).replace('"a"', '"b"')) as JsonValue],
    ['with a leaf more', (body) => ({ ...(body as Body), document: [...(body as Body).document, 'more', [1, true]] })],
    ['that is no document', () => ({ limit: 2 })],
    ['that is a leaf', () => ({ document: [1, 2], rules: [], mac: '' })],
    ['that nothing reads', () => [[[null]]]],
  ];

  test.each(stored)('%s is reported and not used, and is put right', async (_, forge) => {
    const genuine = new Map<number, JsonValue | null>();
    for (const activation of [2, 3, 5]) {
      const body = await documents.get(STAGING.text, activation);
      genuine.set(activation, body);
      if (body !== null) await documents.put({ ledger: STAGING.text, activation, digest: '', body: forge(body) });
    }
    const cold = core();
    expect(await json(cold)).toEqual({ own: 1, venue: 'a', limit: 2 });
    expect(faults).toMatchObject([{ name: 'StoredDocumentUnfit', message: expect.stringContaining(STAGING.text) as string }]);
    const active = (await cold.ledgers.active(STAGING))?.activation ?? -1;
    await eventually(async () => expect(await documents.get(STAGING.text, active)).toEqual(genuine.get(active)));
    expect(faults[0]).toBeInstanceOf(StoredDocumentUnfit);
  });

  test('of a layer with another value is not laid under anything', async () => {
    for (const activation of [3, 5]) {
      const body = await documents.get(BASE.text, activation);
      if (body !== null) await documents.put({ ledger: BASE.text, activation, digest: '', body: (stored[0]?.[1] ?? String)(body) });
    }
    const cold = core();
    const { activated } = await done(cold, 'staging', set('own', 2), LIVE);
    expect(activated?.digest).toBe((await withoutStored().ledgers.active(STAGING))?.digest);
    expect(await json(cold)).toEqual({ own: 2, venue: 'a', limit: 2 });
    expect(faults).toHaveLength(1);
  });

  test('of one activation does not stand for that of another with the same content', async () => {
    const first = core();
    // From here on it knows that the one with limit 1 is stored.
    const { activated: before } = await done(first, 'staging', { type: 'Rollback', version: 'previous' });
    await done(first, 'base', set('limit', 1), LIVE);
    const { activated } = await done(first, 'staging', { type: 'Activate', version: 'latest' });
    expect(await json(first)).toEqual({ own: 1, venue: 'a', limit: 1 });
    const [layer] = activated?.layers ?? [];
    expect(layer).toMatchObject({ digest: before?.layers[0]?.digest, activation: 7 });
    await eventually(async () => (await documents.get(BASE.text, 7)) !== null);
    const { document } = (await documents.get(BASE.text, layer?.activation ?? -1)) as unknown as Body;
    expect(Document.fromSnapshot(document).digest).toBe(layer?.digest);
    breakBase();
    await expect(done(core(), 'staging', set('own', 3), LIVE)).resolves.toMatchObject({ kind: 'done' });
  });

  test('is not made of a document that is too large', async () => {
    const put: string[] = [];
    const noting: LayerDocuments = {
      get: () => Promise.resolve(null),
      put: async ({ ledger, activation }) => void put.push(`${ledger} ${activation}`),
    };
    const first = core(store, noting);
    const half = 'x'.repeat(400_000);
    const count = Math.ceil(LAYER_DOCUMENT_CHARACTERS_MAX / half.length);
    const configuration = Object.fromEntries(Array.from({ length: count }, (__, index) => [`text${index}`, half]));
    await done(first, 'base', { type: 'Replace', configuration }, LIVE);
    const { activated } = await done(first, 'staging', { type: 'Activate', version: 'latest' });
    expect((await first.ledgers.active(STAGING))?.document.leafCount).toBe(count + 1);
    await done(first, 'base', { type: 'Rollback', version: 'previous' });
    const { activated: small } = await done(first, 'staging', { type: 'Activate', version: 'latest' });
    expect((await first.ledgers.active(STAGING))?.activation).toBe(small?.activation);
    await eventually(() => expect(put).toContain(`${STAGING.text} ${small?.activation}`));
    expect(put).not.toContain(`${STAGING.text} ${activated?.activation}`);
    expect(put.filter((each) => each.startsWith(BASE.text))).not.toContain(`${BASE.text} ${activated?.layers[0]?.activation}`);
  });
});

describe('a store of documents', () => {
  const away = (): Promise<never> => Promise.reject(new Error('away'));

  test('that cannot be read is reported once for a while, and everything is read from the streams', async () => {
    let asked = 0;
    const cold = core(store, { get: () => (asked++, away()), put: away });
    expect(await json(cold)).toEqual({ own: 1, venue: 'a', limit: 2 });
    expect(await json(cold, 'previous')).toEqual({ own: 1, venue: 'a', limit: 1 });
    expect(asked).toBe(1);
    expect(faults).toMatchObject([{ message: 'away' }]);
  });

  test('that takes nothing is reported, and holds up no answer', async () => {
    let put = 0;
    const cold = core(store, { get: () => Promise.resolve(null), put: () => (put++, away()) });
    await done(cold, 'staging', { type: 'Rollback', version: 'previous' });
    await eventually(() => expect(faults).toMatchObject([{ message: 'away' }]));
    expect(put).toBe(1);
    expect(await json(cold)).toEqual({ own: 1, venue: 'a', limit: 1 });
  });

  test('that does not answer a put holds up no answer', async () => {
    const cold = core(store, { get: () => Promise.resolve(null), put: () => new Promise(() => undefined) });
    expect(await json(cold)).toEqual({ own: 1, venue: 'a', limit: 2 });
    await done(cold, 'staging', { type: 'Rollback', version: 'previous' });
    expect(await json(cold)).toEqual({ own: 1, venue: 'a', limit: 1 });
  });

  const noRules = () => Promise.resolve([]);
  const nameOf = (activation: number) => ({ ledger: BASE.text, activation, digest: Document.empty.digest });

  test('that is slow has so many documents waiting for it, and the others are put when they are used again', async () => {
    const put: number[] = [];
    const answers: (() => void)[] = [];
    const slow: LayerDocuments = {
      get: () => Promise.resolve(null),
      put: ({ activation }) => {
        put.push(activation);
        return put.length > 1 ? Promise.resolve() : new Promise((resolve) => void answers.push(resolve));
      },
    };
    const stored = new StoredDocuments({ layerDocuments: slow });
    stored.keep(nameOf(0), Document.empty, noRules);
    await eventually(() => answers.length === 1);
    const keepAll = (): void => {
      for (let activation = 1; activation <= DOCUMENTS_WAITING_MAX + 1; activation += 1)
        stored.keep(nameOf(activation), Document.empty, noRules);
    };
    keepAll();
    answers[0]?.();
    await eventually(() => put.length === DOCUMENTS_WAITING_MAX + 1);
    expect(put).not.toContain(DOCUMENTS_WAITING_MAX + 1);
    keepAll();
    await eventually(() => put.at(-1) === DOCUMENTS_WAITING_MAX + 1);
    expect(put).toHaveLength(DOCUMENTS_WAITING_MAX + 2);
  });

  test('is asked for nothing twice, of so many documents as are remembered to be stored', async () => {
    const put: number[] = [];
    const body = { document: Document.empty.toSnapshot(), rules: [], mac: '' };
    const stored = new StoredDocuments({
      layerDocuments: { get: () => Promise.resolve(body), put: async ({ activation }) => void put.push(activation) },
    });
    for (let activation = 0; activation <= DOCUMENTS_KNOWN_STORED_MAX; activation += 1) await stored.find(nameOf(activation));
    for (const activation of [DOCUMENTS_KNOWN_STORED_MAX, 1, 0]) stored.keep(nameOf(activation), Document.empty, noRules);
    await eventually(() => put.length > 0);
    expect(put).toEqual([0]);
  });
});
