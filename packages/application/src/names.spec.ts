// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: what is stored is read as it was written.
import { canonicalJson, DEPTH_MAX, type JsonValue } from '@confledger/document';
import { decodeStream, encodeStream, ledgerAggregate, type LedgerStream } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { NAME, testCore } from '../../../test/support/src/ledgers-core.js';
import { NAME_TRAP_CASES, setNameTrap } from '../../../test/support/src/name-traps.js';
import { createInMemoryEventStore } from './in-memory/event-store.js';
import { decodeStored } from './codec.js';
import { createLedgerReader } from './ledger/ledger-versions.js';
import type { StoredEvent } from './ports/event-store.js';
import { unstorableText } from './projections/storable.js';

const { events, snapshots } = ledgerAggregate;
if (snapshots === null) throw new Error('ledgers have snapshots');
const codec = snapshots;
const END = { name: NAME.stream, revision: 1, hash: 'h', occurredAt: 't' };

const decodeEvent = (stored: StoredEvent) => decodeStored(events, stored);
const documentIn = (body: string) => decodeStream(codec, END, body).state?.head.document.toJson();

/** A ledger of one value, as the log holds it. */
async function ledgerOf(value: unknown): Promise<{ readonly stream: LedgerStream; readonly set: StoredEvent }> {
  const store = createInMemoryEventStore();
  const core = testCore(store);
  await core.done({ type: 'Create', configuration: { list: [value] as never } });
  const [, set] = await store.readStream(NAME.stream, { limit: 10 });
  const { stream } = await createLedgerReader({ store }).end(NAME);
  if (set === undefined || stream.state === null) throw new Error('the ledger was not made');
  return { stream, set };
}

describe.each(NAME_TRAP_CASES)('the name %s behind %i others', (_, before, trap) => {
  test('is read from an event', async () => {
    const { set } = await ledgerOf('plain');
    const object = setNameTrap(trap, before);
    const { data } = decodeEvent({ ...set, data: JSON.stringify({ path: 'list', value: [object] }) });
    expect(JSON.stringify(data)).toBe(JSON.stringify({ path: 'list', value: [object] }));
  });

  test('is read from the metadata of an event', async () => {
    const { set } = await ledgerOf('plain');
    const object = setNameTrap(trap, before);
    const metadata = set.metadata.replace('{', `{"later":${JSON.stringify(object)},`);
    expect(JSON.stringify(decodeEvent({ ...set, metadata }).metadata)).toBe(metadata);
  });

  test('is read from a snapshot', async () => {
    const { stream } = await ledgerOf('put in its place');
    const body = encodeStream(codec, stream);
    const object = setNameTrap(trap, before);
    const trapped = body.replace('"put in its place"', JSON.stringify(object));
    expect(JSON.stringify(documentIn(trapped))).toBe(canonicalJson({ list: [object] }));
  });
});

test('a value as deep as a document may be is read from its event and from its snapshot, whatever its names', async () => {
  const deepest = Array.from({ length: DEPTH_MAX - 2 }).reduce<JsonValue>(
    (value, _, level) => (level % 2 === 0 ? [value] : { '"\\': value }),
    '\\',
  );
  const { stream, set } = await ledgerOf(deepest);
  const json = { list: [deepest] };
  expect(canonicalJson((decodeEvent(set).data as { readonly value: JsonValue }).value)).toBe(canonicalJson(json.list));
  expect(JSON.stringify(documentIn(encodeStream(codec, stream)))).toBe(canonicalJson(json));
});

test('a NUL in a name that JSON.parse takes for another keeps its event out of the rows', async () => {
  const { set } = await ledgerOf('plain');
  const object = setNameTrap({ poison: '\\"', name: '"\0' }, 1);
  expect(unstorableText({ ...set, data: JSON.stringify({ path: 'list', value: [object] }) })).toContain('NUL');
});
