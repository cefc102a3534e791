// The checkers checked: each lie that they are there to find, told to them once, and what they must say of it.
import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '@confledger/document';
import { beforeAll, describe, expect, test } from 'vitest';
import { untrueAnswers } from '../answers-check.js';
import { checkLog, type CheckedLedger, type LogRow } from '../log-check.js';
import type { Acknowledged } from '../mixed-load.js';
import { activeTopicProblems } from './active-topic-check.js';
import { changesTopicProblems } from './changes-topic-check.js';
import { followerProblems } from './follower-check.js';
import type { Told } from './follower.js';
import { honestStory, LEDGER, SERVICE, type Story } from './honest-story.js';
import type { TopicRecord } from './topic-records.js';

let story: Story;
/** The same with statement 2. */
let newer: Story;
let ledgers: ReadonlyMap<string, CheckedLedger>;
beforeAll(async () => {
  [story, newer] = await Promise.all([honestStory(1), honestStory(2)]);
  ({ ledgers } = checkLog(story.rows, story.publicKey));
});

const OTHER_DIGEST = '0'.repeat(64);

/** All but the one at the index. */
const without = <Each>(list: readonly Each[], index: number): Each[] => list.filter((_, each) => each !== index);

/** With that of another index behind it once more. */
const again = <Each>(list: readonly Each[], index: number): Each[] => [...list, ...list.slice(index, index + 1)];

/** With the one at the index replaced. */
const changed = <Each>(list: readonly Each[], index: number, change: (each: Each) => Partial<Each>): Each[] =>
  list.map((each, at) => (at === index ? { ...each, ...change(each) } : each));

const swapped = <Each>(list: readonly Each[], index: number): Each[] =>
  list.flatMap((each, at) => (at === index ? list.slice(index, index + 2).reverse() : at === index + 1 ? [] : [each]));

/** With these members of a JSON text changed. */
const edited = (text: string, members: JsonObject): string => JSON.stringify({ ...(JSON.parse(text) as JsonObject), ...members });

describe('the log', () => {
  /** As if the liar had hashed everything anew, from the changed event on. */
  function sealed(rows: readonly LogRow[], index: number, change: (row: LogRow) => Partial<LogRow>): LogRow[] {
    const result: LogRow[] = [];
    let previousHash: string | null = null;
    for (const row of changed(rows, index, change)) {
      const { hash: _, mac = null, ...bare } = JSON.parse(row.metadata) as JsonObject;
      const metadata: JsonObject = { ...bare, previousHash };
      const data = JSON.parse(row.data) as JsonObject;
      const statement = canonicalJson({ stream: row.stream, revision: Number(row.revision), type: row.type, data, metadata });
      const hash: string = createHash('sha256').update(statement).digest('hex');
      const id = Buffer.from(hash.slice(0, 32), 'hex');
      id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x80, 6);
      id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
      result.push({
        ...row,
        metadata: JSON.stringify({ ...metadata, hash, ...(mac === null ? {} : { mac }) }),
        id: id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      });
      previousHash = hash;
    }
    return result;
  }

  const said = (rows: readonly LogRow[]): readonly string[] => checkLog(rows, story.publicKey).problems;

  test('an honest one has no problem, also when it is hashed anew', () => {
    expect(said(story.rows)).toEqual([]);
    expect(said(sealed(story.rows, 0, () => ({})))).toEqual([]);
  });

  test.each<[string, (rows: readonly LogRow[]) => readonly LogRow[], string]>([
    ['an event that is missing', (rows) => without(rows, 4), '5: a revision is missing'],
    ['an event that is there twice', (rows) => again(rows, 6), '6: a revision is missing'],
    ['events in another order', (rows) => swapped(rows, 4), 'follows 6'],
    [
      'a changed byte of the data',
      (rows) => changed(rows, 4, ({ data }) => ({ data: data.replace('3', '4') })),
      '4: the hash is not that of its content',
    ],
    [
      'a changed byte of the metadata',
      (rows) => changed(rows, 4, ({ metadata }) => ({ metadata: metadata.replace('alice', 'mallory') })),
      '4: the hash is not that of its content',
    ],
    [
      'an id that is not made from the hash',
      (rows) => changed(rows, 4, ({ id }) => ({ id: id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })),
      '4: the id is not made from the hash',
    ],
    [
      'a changed event that was hashed anew, without those behind it',
      (rows) => [...sealed(rows, 4, ({ data }) => ({ data: data.replace('3', '4') })).slice(0, 5), ...rows.slice(5)],
      '5: the chain is broken',
    ],
    [
      'a time that goes back',
      (rows) => sealed(rows, 4, ({ metadata }) => ({ metadata: edited(metadata, { occurredAt: '2020-01-01T00:00:00.000Z' }) })),
      '4: time goes back',
    ],
    [
      'a value that is not the one that was activated',
      (rows) => sealed(rows, 4, ({ data }) => ({ data: data.replace('3', '4') })),
      '6: the digest is not that of version 5',
    ],
    [
      'a removal of what is not there',
      (rows) => sealed(rows, 5, ({ data }) => ({ data: data.replace('"a"', '"z"') })),
      '5: deletes what is not there',
    ],
    [
      'another version before',
      (rows) => sealed(rows, 6, ({ data }) => ({ data: edited(data, { previous: 4 }) })),
      '6: previous is not what was active',
    ],
    [
      'an activation of another version',
      (rows) => sealed(rows, 6, ({ data }) => ({ data: edited(data, { version: 4 }) })),
      '6: the digest is not that of version 4',
    ],
    [
      'an activation that nobody signed',
      (rows) => sealed(rows, 6, ({ data }) => ({ data: edited(data, { signature: 'AAAA' }) })),
      '6: the signature does not hold',
    ],
    [
      'an activation that is signed for another ledger',
      (rows) =>
        sealed(
          rows.map((row) => ({ ...row, stream: 'config-testing.other' })),
          0,
          () => ({}),
        ),
      '6: the signature does not hold',
    ],
  ])('%s is found', (_, lie, problem) => {
    expect(said(lie(story.rows))).toContainEqual(expect.stringContaining(problem));
  });

  describe('with statement 2', () => {
    const saidOfNewer = (rows: readonly LogRow[]): readonly string[] => checkLog(rows, newer.publicKey).problems;

    test('an honest one has no problem, and its activations have that form', () => {
      expect(saidOfNewer(newer.rows)).toEqual([]);
      const { activations } = checkLog(newer.rows, newer.publicKey).ledgers.get(LEDGER) ?? {};
      expect([...(activations?.values() ?? [])].map(({ form }) => form)).toEqual([2, 2]);
    });

    test.each<[string, JsonObject]>([
      ['previous', { previous: 4 }],
      ['previousActivation', { previousActivation: null }],
      ['own', { own: OTHER_DIGEST }],
      ['layers', { layers: [{ ledger: 'staging.trading-engine', origin: 'o', activation: 1, version: 0, digest: OTHER_DIGEST }] }],
      ['restart', { restart: ['**'] }],
      ['pinned', { pinned: true }],
      ['definition', { definition: 0 }],
    ])('another %s in an activation is found', (_, members) => {
      const rows = sealed(newer.rows, 6, ({ data }) => ({ data: edited(data, members) }));
      expect(saidOfNewer(rows)).toContainEqual(expect.stringContaining('6: the signature does not hold'));
    });

    test('another actor, another time and another event before are found', () => {
      const lies = [
        sealed(newer.rows, 6, ({ metadata }) => ({ metadata: metadata.replace('alice', 'mallory') })),
        sealed(newer.rows, 6, ({ metadata }) => ({ metadata: edited(metadata, { occurredAt: '2999-01-01T00:00:00.000Z' }) })),
        sealed(newer.rows, 5, ({ metadata }) => ({ metadata: metadata.replace('alice', 'mallory') })),
      ];
      for (const rows of lies) expect(saidOfNewer(rows)).toContainEqual(expect.stringContaining('6: the signature does not hold'));
    });

    test('an activation with statement 1 behind one with statement 2 is found', () => {
      const rows = sealed(newer.rows, 6, ({ metadata }) => ({ metadata: edited(metadata, { schemaVersion: 1 }) }));
      expect(saidOfNewer(rows)).toContainEqual(expect.stringContaining('6: statement 1 follows statement 2'));
    });
  });

  test('a change set that was not ended changes nothing', () => {
    const rows = story.rows.slice(0, 6);
    const ledger = checkLog(rows, story.publicKey).ledgers.get(LEDGER);
    expect(ledger).toMatchObject({ version: 4, abandoned: 1, active: { activation: 3 } });
    expect(ledger?.commands.has('third')).toBe(false);
  });
});

describe('what clients were told', () => {
  const said = (acknowledged: readonly Acknowledged[], of = ledgers): readonly string[] => untrueAnswers(acknowledged, of);
  const logOf = (rows: readonly LogRow[]): ReadonlyMap<string, CheckedLedger> => checkLog(rows, story.publicKey).ledgers;

  test('the truth has no problem', () => {
    expect(said(story.acknowledged)).toEqual([]);
  });

  test('a command that was acknowledged and is not in the log is found, though the log is whole', () => {
    const rows = story.rows.slice(0, 5);
    expect(checkLog(rows, story.publicKey).problems).toEqual([]);
    expect(said(story.acknowledged, logOf(rows))).toEqual([`third was acknowledged, but is not in ${LEDGER}`]);
    expect(said(story.acknowledged, new Map())).toHaveLength(3);
  });

  test('a command that took effect twice is found', () => {
    const ledger = ledgers.get(LEDGER);
    const second = ledger?.commands.get('second');
    if (ledger === undefined || second === undefined) throw new Error('there is no second command');
    const twice = new Map([[LEDGER, { ...ledger, commands: new Map([...ledger.commands, ['second', { ...second, times: 2 }]]) }]]);
    expect(said(story.acknowledged, twice)).toEqual([`second took effect 2 times in ${LEDGER}`]);
  });

  test('a command of which nobody was told is found', () => {
    expect(said(without(story.acknowledged, 1))).toEqual([`second stands in ${LEDGER}, but nobody was told`]);
  });

  test.each<[string, Partial<Acknowledged>, string]>([
    ['another version', { version: 99 }, 'second was told version 99'],
    ['another digest', { digest: OTHER_DIGEST }, 'second was told'],
    ['that nothing changed', { changed: false }, 'second was told to have changed nothing'],
  ])('a client that was told %s is found', (_, told, problem) => {
    expect(said(changed(story.acknowledged, 1, () => told))).toContainEqual(expect.stringContaining(problem));
  });
});

describe('the topic of activations', () => {
  const said = (records: readonly TopicRecord[], expectations = {}): readonly string[] =>
    activeTopicProblems(records, ledgers, story.publicKey, expectations);
  const marker = (members: JsonObject) => (records: readonly TopicRecord[]) =>
    changed(records, 6, ({ value }) => ({ value: edited(value ?? '{}', members) }));

  test('an honest one has no problem', () => {
    expect(said(story.topic)).toEqual([]);
  });

  test.each<[string, (records: readonly TopicRecord[]) => readonly TopicRecord[], string]>([
    ['a leaf that is missing at its marker', (records) => without(records, 1), 'activation 3 does not stand on its leaves'],
    ['a removal that is missing', (records) => without(records, 4), 'activation 6 does not stand on its leaves'],
    [
      'a changed byte of a leaf',
      (records) => changed(records, 1, () => ({ value: '{"value":4,"version":2}' })),
      'activation 3 does not stand on its leaves',
    ],
    [
      'a leaf that comes before the marker that it does not belong to',
      (records) => swapped(swapped(swapped(records, 4), 3), 2),
      'activation 3 does not stand on its leaves',
    ],
    ['a marker that comes again', (records) => again(records, 6), 'activation 6 follows 6'],
    ['a marker that goes back', (records) => again(records, 2), 'activation 3 follows 6'],
    ['a marker that was removed', (records) => changed(records, 2, () => ({ value: null })), 'the marker was removed'],
    ['a marker that nobody signed', marker({ signature: 'AAAA' }), 'activation 6 is not signed'],
    ['a marker whose signature is for something else', marker({ previous: 4 }), 'activation 6 is not signed'],
    ['a marker of another ledger of that name', marker({ origin: 'o' }), "activation 6 is not the log's"],
    ['an activation that the log does not know', marker({ activation: 7 }), "activation 7 is not the log's"],
    ['another version', marker({ version: 4 }), "activation 6 is not the log's"],
    ['another digest', marker({ digest: OTHER_DIGEST }), "activation 6 is not the log's"],
    [
      'a beat that says more than what stands before it',
      (records) => swapped(records, 6),
      'says that activation 6 of production.trading-engine is there, and there is 3',
    ],
    ['an end that is missing', (records) => records.slice(0, 4), 'the topic ends at activation 3'],
    [
      'a leaf behind the last marker',
      (records) => [...records, { ...records[1], value: '{"value":4,"version":9}' } as TopicRecord],
      'at its end the topic does not hold',
    ],
    [
      'a ledger that nobody knows',
      (records) => [...records, { ...records[0], key: 'production.other|a' } as TopicRecord],
      'production.other, of which the log knows nothing',
    ],
    ['a topic with nothing in it', () => [], 'the topic ends at activation undefined'],
  ])('%s is found', (_, lie, problem) => {
    expect(said(lie(story.topic))).toContainEqual(expect.stringContaining(problem));
  });

  test('markers with statement 2 are held to all that it covers, and to the form that the log has', () => {
    const { ledgers: newerLedgers } = checkLog(newer.rows, newer.publicKey);
    const saidOfNewer = (members: JsonObject): readonly string[] =>
      activeTopicProblems(marker(members)(newer.topic), newerLedgers, newer.publicKey);
    expect(saidOfNewer({})).toEqual([]);
    expect(saidOfNewer({ pinned: true })).toContainEqual(expect.stringContaining('activation 6 is not signed'));
    expect(saidOfNewer({ actor: 'mallory' })).toContainEqual(expect.stringContaining('activation 6 is not signed'));
    const older = newer.topic.map((record) => ({ ...record, value: record.value?.replace('"own"', '"was"') ?? null }));
    expect(activeTopicProblems(older, newerLedgers, newer.publicKey)).toContainEqual(expect.stringContaining('another form of statement'));
  });

  test('what compaction takes away is no problem, and what it may not take away is one', () => {
    const compacted = story.topic.slice(4);
    expect(said(without(story.topic, 1), { compacted: true })).toEqual([]);
    expect(said(compacted, { compacted: true })).toEqual([]);
    expect(said(without(compacted, 1), { compacted: true })).toContainEqual(expect.stringContaining('at its end the topic does not hold'));
  });

  test('of a topic that somebody else wrote to, the end is held against the log all the same', () => {
    const forged = [...story.topic.slice(0, 4), ...story.topic.slice(2, 3), ...story.topic.slice(4)];
    expect(said(forged, { forged: true })).toEqual([]);
    expect(said(again(story.topic, 2), { forged: true })).toContainEqual(expect.stringContaining('the topic ends at activation 3'));
  });
});

describe('the topic of changes', () => {
  const said = (records: readonly TopicRecord[]): readonly string[] => changesTopicProblems(records, story.rows);
  const honest = (): TopicRecord[] =>
    story.rows.map(({ id, type, stream, position, revision, data, metadata }, index) => ({
      partition: 0,
      offset: BigInt(index),
      epoch: 0,
      key: stream,
      value: `{"data":${data},"metadata":${metadata}}`,
      headers: {
        ce_id: id,
        ce_type: `com.confledger.${type}`,
        ce_subject: stream,
        ce_position: `inst:${position}`,
        ce_revision: String(revision),
      },
    }));

  test('an honest one has no problem, nor one that holds some of it again', () => {
    expect(said(honest())).toEqual([]);
    expect(said([...honest().slice(0, 5), ...honest().slice(3)])).toEqual([]);
  });

  test.each<[string, (records: readonly TopicRecord[]) => readonly TopicRecord[], string]>([
    ['an event that is missing', (records) => without(records, 4), 'the changes go from config-production.trading-engine 3 to 5'],
    ['an end that is missing', (records) => records.slice(0, 6), 'the changes end at config-production.trading-engine 5, the log at 6'],
    ['events in another order', (records) => swapped(records, 4), 'the changes go from config-production.trading-engine 3 to 5'],
    [
      'a changed byte',
      (records) => changed(records, 4, ({ value }) => ({ value: value?.replace('3', '4') ?? null })),
      'the changes hold config-production.trading-engine 4 otherwise than the log',
    ],
    [
      'another position',
      (records) => changed(records, 4, ({ headers }) => ({ headers: { ...headers, ce_position: 'inst:9' } })),
      'the changes hold config-production.trading-engine 4 otherwise than the log',
    ],
    [
      'an event that the log does not have',
      (records) => [...records, { ...records[6], headers: { ...records[6]?.headers, ce_revision: '7' } } as TopicRecord],
      'the changes hold config-production.trading-engine 7, which the log does not',
    ],
  ])('%s is found', (_, lie, problem) => {
    expect(said(lie(honest()))).toContainEqual(problem);
  });
});

describe('what a trading program ran', () => {
  const said = (lines: readonly Told[]): readonly string[] =>
    followerProblems({ name: 'engine-1', told: () => [...lines], now: () => lines.at(-1) }, ledgers.get(LEDGER));

  test('the truth has no problem, also when it was told twice', () => {
    expect(said(story.told)).toEqual([]);
    expect(said(again(story.told, 1))).toEqual([]);
    expect(said(story.told.slice(1))).toEqual([]);
  });

  test.each<[string, (lines: readonly Told[]) => readonly Told[], string]>([
    ['went back', (lines) => [...again(lines, 0), ...lines.slice(1)], 'engine-1 went back from activation 6 to 3'],
    [
      'ran half a change set',
      (lines) => changed(lines, 1, () => ({ torn: true })),
      'engine-1 ran values of two change sets at once in activation 6',
    ],
    [
      'ran what the log does not know',
      (lines) => changed(lines, 0, () => ({ activation: 2 })),
      'engine-1 ran activation 2, version 2, which the log does not know',
    ],
    [
      'ran another version',
      (lines) => changed(lines, 0, () => ({ version: 1 })),
      'engine-1 ran activation 3, version 1, which the log does not know',
    ],
    [
      'ran other content',
      (lines) => changed(lines, 1, () => ({ digest: OTHER_DIGEST })),
      'engine-1 ran activation 6, version 5, which the log does not know',
    ],
    ['stayed behind', (lines) => lines.slice(0, 1), 'engine-1 runs activation 3, active is 6'],
    ['never ran anything', () => [], 'engine-1 runs activation undefined, active is 6'],
  ])('one that %s is found', (_, lie, problem) => {
    expect(said(lie(story.told))).toContainEqual(problem);
  });

  test('one that runs something of a ledger without events is found', () => {
    const lines = [...story.told];
    expect(followerProblems({ name: SERVICE, told: () => lines, now: () => lines.at(-1) }, undefined)).not.toEqual([]);
  });
});
