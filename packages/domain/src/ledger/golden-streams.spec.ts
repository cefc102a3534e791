// Reads the golden streams, for ever: one file per event type and schema version, each a whole small stream. A file is never
// changed; a new version of an event gets a new file beside the old one. Those named `.mac` have macs.
import { createHmac, createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { canonicalJson, Document, parseJson, parseJsonText, type JsonObject, type JsonValue } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import { parseByReference } from '../../../../test/support/src/reference-json.js';
import { recordLedger } from '../../../../test/support/src/ledger-spec.js';
import { contentProblem } from '../stream/authenticity.js';
import { decodeRecorded } from '../stream/decoders.js';
import type { Recorded } from '../stream/events.js';
import type { Envelope, RecordedText } from '../stream/record.js';
import { emptyStream, followAll } from '../stream/stream-state.js';
import {
  LEDGER_EVENTS,
  withoutLayers,
  type DraftEvent,
  type Layer,
  type LedgerEvent,
  type UnsignedActivation,
  type UnsignedStatement,
} from './events.js';
import { effectiveDocument, laidOver } from './layers.js';
import { LedgerId } from './ledger-id.js';
import { ledgerAggregate, type ActivationToSign, type SignActivation } from './ledger.js';
import type { LedgerStream } from './ledger-types.js';

type GoldenDraft = Exclude<DraftEvent, UnsignedActivation> | (Omit<UnsignedActivation, 'statement'> & Partial<UnsignedActivation>);

interface GoldenStream {
  readonly ledger: string;
  /** What was recorded; `size` beyond the drafts means that the set was never completed. A draft without `statement` has form 1. */
  readonly changeSets: readonly { readonly size: number; readonly envelope: Envelope; readonly drafts: readonly GoldenDraft[] }[];
  /** What the store holds: texts, byte for byte. */
  readonly events: readonly { readonly id: string; readonly type: string; readonly data: string; readonly metadata: string }[];
  readonly foldsTo: Standing;
  /** What the activations ran that its own are laid over. */
  readonly parents?: readonly { readonly ledger: string; readonly activation: number; readonly configuration: JsonObject }[];
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

const statement = ({ more, ...covered }: ActivationToSign): Buffer =>
  Buffer.from(`confledger.activation.v${more === null ? 1 : 2}\n${canonicalJson({ keyId: KEY_ID, ...covered, ...more })}`);
const signWithKey: SignActivation = (activation) => ({
  keyId: KEY_ID,
  signature: sign(null, statement(activation), PRIVATE_KEY).toString('base64url'),
});

const macOf = (hashed: string): string => createHmac('sha256', Buffer.alloc(32, 11)).update(Buffer.from(hashed, 'hex')).digest('hex');

describe.each(FILES)('the golden stream %s', (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as GoldenStream;
  const events = golden.events.map(({ id, type, data, metadata }, revision) =>
    decodeRecorded(LEDGER_EVENTS, {
      id,
      type,
      stream: `config-${golden.ledger}`,
      revision,
      data: parseJsonText(data),
      metadata: parseJsonText(metadata),
    }),
  );

  test('has texts that the strict parser reads as JSON.parse ought to', () => {
    for (const text of golden.events.flatMap(({ data, metadata }) => [data, metadata])) {
      const parsed = parseJson(text);
      expect(parsed.ok ? canonicalJson(parsed.value) : parsed.problem).toBe(canonicalJson(parseByReference(text) as JsonValue));
    }
  });

  test('holds: each hash is that of the texts, and each chain link that of the event before', () => {
    const stream = `config-${golden.ledger}`;
    expect(golden.events.map((event, revision) => contentProblem({ ...event, stream, revision }))).toEqual(events.map(() => null));
    expect(events.map(({ metadata }) => metadata.previousHash)).toEqual(
      [null, ...events.map(({ metadata }) => metadata.hash)].slice(0, -1),
    );
  });

  test('has a mac in the last event of each change set, and in no other', () => {
    for (const { metadata } of events) {
      const isLast = metadata.changeSet.index + 1 === metadata.changeSet.size;
      expect(metadata.mac).toBe(isLast && hasMacs(file) ? macOf(metadata.hash) : undefined);
    }
  });

  test('folds to what it folded to when it was written', () => {
    const { active, ...rest } = standing(fold(golden.ledger, events));
    const { active: named, ...namedRest } = golden.foldsTo;
    expect(rest).toEqual(namedRest);
    // A release may know more of an activation than the one that wrote the file.
    expect(active && Object.fromEntries(Object.entries(active).filter(([name]) => name in (named ?? {})))).toEqual(named);
  });

  test('is recorded today with the same bytes', () => {
    expect(record(golden, hasMacs(file)).map(({ event, data, metadata }) => ({ id: event.id, type: event.type, data, metadata }))).toEqual(
      golden.events,
    );
  });

  test('has activations whose digests are those of their own documents over their layers', () => {
    const versions = new Map([[0, Document.empty]]);
    let stream = fold(golden.ledger, []);
    for (const event of events) {
      stream = followAll(ledgerAggregate.apply, stream, [event]);
      const { head, active } = stream.state ?? { head: null, active: null };
      if (head !== null && head.version !== null) versions.set(head.version, head.document);
      if (event.type !== 'VersionActivated' || active?.activation !== event.revision) continue;
      const own = versions.get(event.data.version) ?? Document.empty;
      const base = laidOver(event.data.layers.map((layer) => layerDocument(golden, layer)));
      expect([own.digest, effectiveDocument(own, base).digest]).toEqual([event.data.own, event.data.digest]);
    }
  });

  test('has activations whose signatures hold', () => {
    let stream = fold(golden.ledger, []);
    for (const event of events) {
      stream = followAll(ledgerAggregate.apply, stream, [event]);
      const active = stream.state?.active ?? null;
      if (event.type !== 'VersionActivated' || active === null) continue;
      const { activation, version, previous, digest, layered, actor, occurredAt, signature } = active;
      const covered = { ledger: golden.ledger, origin: events[0]?.id ?? '', activation, version, previous, digest };
      const signed = statement({ ...covered, more: layered && { ...layered, actor, occurredAt } });
      expect(verify(null, signed, PUBLIC_KEY, Buffer.from(signature, 'base64url'))).toBe(true);
    }
  });
});

test('every form of every event type that is read has its golden stream', () => {
  const forms = Object.entries(LEDGER_EVENTS).flatMap(([type, decoders]) =>
    Object.keys(decoders).map((version) => `${type.replaceAll(/(?<=.)([A-Z])/g, '-$1').toLowerCase()}.v${version}`),
  );
  for (const form of forms) expect(FILES.filter((file) => file.startsWith(`${form}.`))).not.toEqual([]);
});

const hasMacs = (file: string): boolean => file.endsWith('.mac.json');

function layerDocument({ parents = [] }: GoldenStream, { ledger, activation, digest }: Layer): Document {
  const parent = parents.find((each) => each.ledger === ledger && each.activation === activation);
  const document = Document.from(parent?.configuration ?? {});
  if (!document.ok || document.value.digest !== digest) throw new Error(`the stream has no ${ledger} at ${activation} with ${digest}`);
  return document.value;
}

function fold(ledger: string, events: readonly Recorded<LedgerEvent>[]): LedgerStream {
  const id = LedgerId.parse(ledger);
  return followAll(ledgerAggregate.apply, emptyStream(id?.stream ?? ''), events);
}

function record({ ledger, changeSets }: GoldenStream, withMacs: boolean): RecordedText[] {
  const all: RecordedText[] = [];
  let stream = fold(ledger, []);
  for (const { size, envelope, drafts } of changeSets) {
    const never: DraftEvent = { type: 'ConfigSet', data: { path: 'never.recorded', value: 0 } };
    const padding = Array.from({ length: size - drafts.length }, () => never);
    const recorded = recordLedger(stream, [...drafts.map(draftOf), ...padding], envelope, {
      sign: signWithKey,
      macOf: withMacs ? macOf : null,
    }).slice(0, drafts.length);
    stream = followAll(
      ledgerAggregate.apply,
      stream,
      recorded.map(({ event }) => event),
    );
    all.push(...recorded);
  }
  return all;
}

function draftOf(draft: GoldenDraft): DraftEvent {
  if (draft.type !== 'VersionActivated') return draft;
  const { statement: { form, ...more } = { form: 1 } } = draft;
  // Drafts that were written down before there were layers name none.
  return { ...draft, statement: form === 1 ? { form } : ({ form, ...withoutLayers(draft.data.digest), ...more } as UnsignedStatement) };
}

interface Standing {
  readonly active?: Readonly<Record<string, unknown>> | null;
  readonly [name: string]: unknown;
}

function standing({ revision, hash: last, occurredAt, origin, open, commands, state }: LedgerStream): Standing {
  const phase = state === null ? 'absent' : 'existing';
  const stream = { phase, revision, hash: last, occurredAt, origin, open: open?.id ?? null, commands: commands.toArray() };
  if (state === null) return stream;
  const { head, active, pending, tags, schemas, schemaRevision, retired, pin } = state;
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
    // Streams of before schemas do not say that there are none.
    ...(schemaRevision !== null && { schemas: [...schemas.values()], schemaRevision }),
    // Nor do those of before retirement.
    ...(retired && { retired }),
    ...(pin && { pin }),
  };
}
