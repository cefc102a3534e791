// Reads the golden streams, for ever: one file per event type and schema version, each a whole small stream. A file is never
// changed; a new version of an event gets a new file beside the old one.
import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { canonicalJson, parseJson, parseJsonText, type JsonValue } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import { parseByReference } from '../../../../test/support/src/reference-json.js';
import { recordLedger } from '../../../../test/support/src/ledger-spec.js';
import type { Recorded } from '../stream/events.js';
import { chainProblem, type Envelope, type RecordedText } from '../stream/record.js';
import { emptyStream, followAll } from '../stream/stream-state.js';
import type { DraftEvent, LedgerEvent } from './events.js';
import { LedgerId } from './ledger-id.js';
import { ledgerAggregate, type ActivationToSign, type SignActivation } from './ledger.js';
import type { LedgerStream } from './ledger-types.js';

interface GoldenStream {
  readonly ledger: string;
  /** What was recorded; `size` beyond the drafts means that the set was never completed. */
  readonly changeSets: readonly { readonly size: number; readonly envelope: Envelope; readonly drafts: readonly DraftEvent[] }[];
  /** What the store holds: texts, byte for byte. */
  readonly events: readonly { readonly id: string; readonly type: string; readonly data: string; readonly metadata: string }[];
  readonly foldsTo: unknown;
}

const FOLDER = new URL('./golden/', import.meta.url);
const FILES = readdirSync(FOLDER).sort();

/** Ed25519 is deterministic: the seed of 32 bytes 0x07, behind the fixed head of its PKCS #8 form. */
const PRIVATE_KEY = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
});
const PUBLIC_KEY = createPublicKey(PRIVATE_KEY);
const KEY_ID = hash('sha256', PUBLIC_KEY.export({ format: 'der', type: 'spki' }).subarray(-32), 'hex').slice(0, 16);

const statement = (activation: ActivationToSign): Buffer =>
  Buffer.from(`confledger.activation.v1\n${canonicalJson({ keyId: KEY_ID, ...activation })}`);
const signWithKey: SignActivation = (activation) => ({
  keyId: KEY_ID,
  signature: sign(null, statement(activation), PRIVATE_KEY).toString('base64url'),
});

describe.each(FILES)('the golden stream %s', (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as GoldenStream;
  const events = golden.events.map(
    ({ id, type, data, metadata }, revision) =>
      ({
        id,
        type,
        stream: `config-${golden.ledger}`,
        revision,
        data: parseJsonText(data),
        metadata: parseJsonText(metadata),
      }) as Recorded<LedgerEvent>,
  );

  test('has texts that the strict parser reads as JSON.parse ought to', () => {
    for (const text of golden.events.flatMap(({ data, metadata }) => [data, metadata])) {
      const parsed = parseJson(text);
      expect(parsed.ok ? canonicalJson(parsed.value) : parsed.problem).toBe(canonicalJson(parseByReference(text) as JsonValue));
    }
  });

  test('has a chain that verifies', () => {
    expect(events.map((event, index) => chainProblem(event, events[index - 1]?.metadata.hash ?? null))).toEqual(events.map(() => null));
  });

  test('folds to what it folded to when it was written', () => {
    expect(standing(fold(golden.ledger, events))).toEqual(golden.foldsTo);
  });

  test('is recorded today with the same bytes', () => {
    expect(record(golden).map(({ event, data, metadata }) => ({ id: event.id, type: event.type, data, metadata }))).toEqual(golden.events);
  });

  test('has activations whose signatures hold', () => {
    for (const { type, revision, data } of events) {
      if (type !== 'VersionActivated') continue;
      const { version, previous, digest, signature } = data;
      const signed = statement({ ledger: golden.ledger, origin: events[0]?.id ?? '', activation: revision, version, previous, digest });
      expect(verify(null, signed, PUBLIC_KEY, Buffer.from(signature, 'base64url'))).toBe(true);
    }
  });
});

test('every event type has its golden stream', () => {
  const types: Record<LedgerEvent['type'], string> = {
    LedgerCreated: 'ledger-created.v1.json',
    ConfigSet: 'config-set.v1.json',
    ConfigDeleted: 'config-deleted.v1.json',
    VersionActivated: 'version-activated.v1.json',
    VersionTagged: 'version-tagged.v1.json',
    VersionUntagged: 'version-untagged.v1.json',
  };
  expect(FILES).toEqual(expect.arrayContaining(Object.values(types)));
});

function fold(ledger: string, events: readonly Recorded<LedgerEvent>[]): LedgerStream {
  const id = LedgerId.parse(ledger);
  return followAll(ledgerAggregate.apply, emptyStream(id?.stream ?? ''), events);
}

function record({ ledger, changeSets }: GoldenStream): RecordedText[] {
  const all: RecordedText[] = [];
  let stream = fold(ledger, []);
  for (const { size, envelope, drafts } of changeSets) {
    const never: DraftEvent = { type: 'ConfigSet', data: { path: 'never.recorded', value: 0 } };
    const padding = Array.from({ length: size - drafts.length }, () => never);
    const recorded = recordLedger(stream, [...drafts, ...padding], envelope, signWithKey).slice(0, drafts.length);
    stream = followAll(
      ledgerAggregate.apply,
      stream,
      recorded.map(({ event }) => event),
    );
    all.push(...recorded);
  }
  return all;
}

function standing({ revision, hash: last, occurredAt, origin, open, commands, state }: LedgerStream): unknown {
  const phase = state === null ? 'absent' : 'existing';
  const stream = { phase, revision, hash: last, occurredAt, origin, open: open?.id ?? null, commands: commands.toArray() };
  if (state === null) return stream;
  const { head, active, pending, tags } = state;
  const { document: _document, ...activation } = active ?? { document: null };
  return {
    ...stream,
    version: head.version,
    ordinal: head.ordinal,
    digest: head.document.digest,
    configuration: head.document.toJson(),
    active: active && activation,
    pending,
    tags: [...tags],
  };
}
