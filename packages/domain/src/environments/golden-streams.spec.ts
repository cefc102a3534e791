// Reads the golden streams, for ever: one file per event type and schema version, each a whole small stream with macs. A file is never changed;
// a new version of an event gets a new file beside the old one.
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { parseJsonText, type JsonObject } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import type { StreamOf } from '../stream/aggregate.js';
import { contentProblem } from '../stream/authenticity.js';
import { decodeRecorded } from '../stream/decoders.js';
import { recordEach, type Envelope } from '../stream/record.js';
import { emptyStream, followAll, StreamCorrupt } from '../stream/stream-state.js';
import type { EnvironmentsTypes } from './commands.js';
import { environmentsAggregate, ENVIRONMENTS_STREAM } from './environments.js';
import { ENVIRONMENTS_EVENTS, type EnvironmentsEvent } from './events.js';

interface GoldenStream {
  readonly changeSets: readonly { readonly envelope: Envelope; readonly drafts: readonly EnvironmentsEvent[] }[];
  /** What the store holds: texts, byte for byte. */
  readonly events: readonly { readonly id: string; readonly type: string; readonly data: string; readonly metadata: string }[];
  readonly foldsTo: unknown;
}

const FOLDER = new URL('./golden/', import.meta.url);
const FILES = readdirSync(FOLDER).sort();

const macOf = (hashed: string): string => createHmac('sha256', Buffer.alloc(32, 11)).update(Buffer.from(hashed, 'hex')).digest('hex');
const { apply, schemaVersionOf } = environmentsAggregate;

describe.each(FILES)('the golden stream %s', (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as GoldenStream;
  const events = golden.events.map(({ id, type, data, metadata }, revision) =>
    decodeRecorded(ENVIRONMENTS_EVENTS, {
      id,
      type,
      stream: ENVIRONMENTS_STREAM,
      revision,
      data: parseJsonText(data),
      metadata: parseJsonText(metadata),
    }),
  );

  test('holds: each hash is that of the texts', () => {
    const problems = golden.events.map((event, revision) => contentProblem({ ...event, stream: ENVIRONMENTS_STREAM, revision }));
    expect(problems).toEqual(events.map(() => null));
  });
  test('folds to what it folded to when it was written', () => {
    expect(standing(followAll(apply, emptyStream(ENVIRONMENTS_STREAM), events))).toEqual(golden.foldsTo);
  });
  test('is recorded today with the same bytes', () => {
    expect(record(golden)).toEqual(golden.events);
  });
});

test('every form of every event type that is read has its golden stream', () => {
  for (const [type, decoders] of Object.entries(ENVIRONMENTS_EVENTS))
    for (const version of Object.keys(decoders))
      expect(FILES).toContain(`${type.replaceAll(/(?<=.)([A-Z])/g, '-$1').toLowerCase()}.v${version}.mac.json`);
});

test.each<[string, JsonObject]>([
  ['an unknown type', { type: 'trial' }],
  [
    'a policy with an unknown word',
    { policy: { unknownSections: 'perhaps', reasonRequired: false, writes: 'draft', inherited: 'explicit' } },
  ],
  ['a policy that lacks a member', { policy: { unknownSections: 'allowed', reasonRequired: false, writes: 'draft' } }],
  ['properties that are no object', { properties: [] }],
  ['a member that is not known', { color: 'red' }],
])('a definition with %s is not read', (_, wrong) => {
  const policy = { unknownSections: 'allowed', reasonRequired: false, writes: 'draft', inherited: 'explicit' };
  const data = { name: 'qa', type: 'testing', inheritsFrom: [], abstract: false, properties: {}, policy, edition: 0 };
  const decode = ENVIRONMENTS_EVENTS.EnvironmentDefined[1];
  expect(decode?.(data)).toEqual(data);
  expect(() => decode?.({ ...data, ...wrong })).toThrow(TypeError);
});

test('a stream whose definitions form a cycle, or name a parent that is not defined, is corrupt', () => {
  const define = (name: string, ...inheritsFrom: string[]): EnvironmentsEvent => {
    const policy = { unknownSections: 'allowed', reasonRequired: false, writes: 'draft', inherited: 'explicit' } as const;
    return {
      type: 'EnvironmentDefined',
      data: { name, type: 'testing', inheritsFrom, abstract: false, properties: {}, policy, edition: 0 },
    };
  };
  for (const drafts of [
    [define('a'), define('b', 'a'), define('a', 'b')],
    [define('a', 'b')],
    [{ type: 'EnvironmentRetired', data: { name: 'a' } }],
  ] as const)
    expect(() => folded(drafts)).toThrow(StreamCorrupt);
});

function folded(drafts: readonly EnvironmentsEvent[]): unknown {
  const [set] = (JSON.parse(readFileSync(new URL(FILES[0] ?? '', FOLDER), 'utf8')) as GoldenStream).changeSets;
  if (set === undefined) throw new Error('a golden stream has a change set');
  const stream: StreamOf<EnvironmentsTypes> = emptyStream(ENVIRONMENTS_STREAM);
  const recorded = [...recordEach(stream, drafts, set.envelope, { finish: (draft) => draft, macOf, schemaVersionOf })];
  return followAll(
    apply,
    stream,
    recorded.map(({ event }) => event),
  );
}

function record({ changeSets }: Pick<GoldenStream, 'changeSets'>) {
  let stream: StreamOf<EnvironmentsTypes> = emptyStream(ENVIRONMENTS_STREAM);
  return changeSets.flatMap(({ envelope, drafts }) => {
    const recorded = [...recordEach(stream, drafts, envelope, { finish: (draft: EnvironmentsEvent) => draft, macOf, schemaVersionOf })];
    stream = followAll(
      apply,
      stream,
      recorded.map(({ event }) => event),
    );
    return recorded.map(({ event, data, metadata }) => ({ id: event.id, type: event.type, data, metadata }));
  });
}

function standing({ revision, hash, occurredAt, origin, open, commands, state }: StreamOf<EnvironmentsTypes>) {
  return {
    revision,
    hash,
    occurredAt,
    origin,
    open: open?.id ?? null,
    commands: commands.toArray(),
    environments: [...(state?.environments.values() ?? [])],
    existedBefore: state?.existedBefore,
    hasLaterEvents: state?.hasLaterEvents,
    parents: [...(state?.parents ?? [])],
  };
}
