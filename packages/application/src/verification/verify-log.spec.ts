// A log that holds is verified as such; whatever somebody alters in it is named, at its first event, in its stream alone.
import { INSTALLATION_STREAM, LedgerId, statementOf } from '@confledger/domain';
import { logOf, metadataOf, metadataText, rehashed, SigningKey } from '@confledger/test-support';
import { beforeAll, describe, expect, test } from 'vitest';
import { countingIds, NAME, testClock, testCore } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { ensureInstallation, InstallationKeyMismatch } from '../installation/installation-record.js';
import { replaceMacKey } from '../installation/replace-mac-key.js';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { Keys } from '../ports/system.js';
import type { Finding, Verification, VerificationEvent } from './findings.js';
import { verifyLog, type VerifyLogOptions } from './verify-log.js';

const OTHER = LedgerId.of('staging', 'risk-gateway');
const STREAM = NAME.stream;
const keys = new SigningKey();
const macOf = (hash: string): string => keys.mac(Buffer.from(hash, 'hex'));

/** The same signing key with another fingerprint key. */
const newMacKey: Keys = {
  keyId: keys.keyId,
  publicKey: keys.publicKey,
  sign: (statement) => keys.sign(statement),
  fingerprint: (text) => keys.fingerprint(text),
  macKey: '0123456789abcdef',
  mac: (bytes) => keys.mac(Buffer.concat([Buffer.from('new'), bytes])),
};

interface Verified {
  readonly findings: readonly Finding[];
  readonly result: Verification;
}

async function verified(store: VerifyLogOptions['store'], options: Partial<VerifyLogOptions> = {}): Promise<Verified> {
  const findings: Finding[] = [];
  for await (const event of verifyLog({ store, authority: keys, publicKey: keys.publicKey, ...options })) {
    if (event.kind === 'finding') findings.push(event);
    if (event.kind === 'result') return { findings, result: event };
  }
  throw new Error('there was no result');
}

/** Two ledgers: changes, activations, a tag, a rollback, an activation of a version that is neither head nor active. One of them with statements of form 2. */
async function write(signer: Keys = keys, store = createInMemoryEventStore()): Promise<EventStore> {
  const clock = testClock();
  await ensureInstallation({ store, signer, clock, ids: countingIds('installation') });
  const core = testCore(store, { signer, clock, statementFor: async ({ text }) => statementOf(text === NAME.text ? 1 : 2) });
  await core.done({ type: 'Create', configuration: { risk: { max: 1, min: 0 } } }, { guards: { activate: true } });
  await core.set('risk.max', 2);
  const { standing } = await core.done({ type: 'Tag', version: 'latest', tag: 'stable', move: false });
  await core.set('risk.max', 3);
  await core.done({ type: 'Activate', version: 'latest' });
  await core.done({ type: 'Activate', version: standing.version ?? 0 });
  await core.done({ type: 'Rollback', version: 'previous' });
  for (const limit of [1, 2]) {
    const actor = { id: 'bob', method: 'token', roles: [] };
    const request = { actor, reason: null, request: '', correlationId: '', guards: { activate: true } } as const;
    await core.ledgers.execute(OTHER, { type: 'Merge', patch: { limit, name: 'x' } }, request);
  }
  return store;
}

let store: EventStore;
let events: readonly StoredEvent[];
beforeAll(async () => {
  store = await write();
  events = await store.readAll({ after: 0n, limit: 1_000 });
});

const at = (stream: string, revision: number): StoredEvent => {
  const found = events.find((event) => event.stream === stream && event.revision === revision);
  if (found === undefined) throw new Error(`there is no event ${revision} of ${stream}`);
  return found;
};
const firstOf = (type: string, stream = STREAM): StoredEvent => {
  const found = events.find((event) => event.stream === stream && event.type === type);
  if (found === undefined) throw new Error(`there is no ${type}`);
  return found;
};
/** The log with one event in another form. */
const altered = (event: StoredEvent, change: Partial<StoredEvent>): StoredEvent[] =>
  events.map((each) => (each === event ? { ...each, ...change } : each));
const lastRevision = (stream: string): number =>
  Math.max(...events.filter((each) => each.stream === stream).map(({ revision }) => revision));

describe('a log that holds', () => {
  test('is verified: everything in it is counted, and progress is made in both steps', async () => {
    const seen: VerificationEvent[] = [];
    for await (const event of verifyLog({ store, authority: keys, publicKey: keys.publicKey })) seen.push(event);
    const result = seen.at(-1);
    const isLast = (metadata: Record<string, unknown>): boolean => {
      const { index, size } = metadata['changeSet'] as { index: number; size: number };
      return index + 1 === size;
    };
    expect(result).toMatchObject({
      kind: 'result',
      holds: true,
      findings: 0,
      publicKey: keys.publicKey,
      macsChecked: true,
      position: await store.lastPosition(),
      events: events.length,
      streams: 3,
      changeSets: { withMac: events.filter((event) => isLast(metadataOf(event))).length, withoutMac: 0 },
      activations: events.filter(({ type }) => type === 'VersionActivated').length,
    });
    expect(result?.kind === 'result' && result.ends.get(STREAM)).toEqual({
      revision: lastRevision(STREAM),
      hash: metadataOf(at(STREAM, lastRevision(STREAM)))['hash'],
    });
    expect(seen.filter(({ kind }) => kind === 'result')).toHaveLength(1);
    for (const step of ['events', 'activations']) expect(seen.some((event) => event.kind === 'progress' && event.step === step)).toBe(true);
  });

  test('holds without the keys too, and says what was not checked', async () => {
    const { result } = await verified(store, { authority: null, publicKey: null });
    expect(result).toMatchObject({ holds: true, macsChecked: false, publicKey: keys.publicKey });
  });

  test('is verified as it ended when the verification began', async () => {
    const growing = await write();
    const last = await growing.lastPosition();
    const core = testCore(growing, { signer: keys });
    const late: VerifyLogOptions['store'] = {
      lastPosition: () => growing.lastPosition(),
      readAll: (page) => growing.readAll(page),
      readStream: async (stream, page) => {
        if (page.from === 0) await core.set('late', String(await growing.lastPosition()));
        return growing.readStream(stream, page);
      },
    };
    const { findings, result } = await verified(late);
    expect([findings, result.holds, result.position, result.events]).toEqual([[], true, last, events.length]);
    expect(await growing.lastPosition()).toBeGreaterThan(last);
  });

  test('is read in pages, one after another', async () => {
    const long = await write();
    const core = testCore(long, { signer: keys });
    const patch = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`leaf${index}`, index]));
    for (const round of [1, 2]) await core.done({ type: 'Merge', patch: { ...patch, round } });
    const limits: number[] = [];
    let open = 0;
    let openMax = 0;
    const read = async <T>(limit: number, page: Promise<T>): Promise<T> => {
      limits.push(limit);
      openMax = Math.max(openMax, (open += 1));
      return page.finally(() => (open -= 1));
    };
    const watched: VerifyLogOptions['store'] = {
      lastPosition: () => long.lastPosition(),
      readAll: (page) => read(page.limit, long.readAll(page)),
      readStream: (stream, page) => read(page.limit, long.readStream(stream, page)),
    };
    expect((await verified(watched)).result.holds).toBe(true);
    expect(limits.length).toBeGreaterThan(5);
    expect([Math.max(...limits), openMax]).toEqual([PAGE_EVENTS, 1]);
  });

  test('is left alone by who stops reading: nothing more is read', async () => {
    let reads = 0;
    const counted = { ...logOf(events), readAll: (page: Parameters<EventStore['readAll']>[0]) => ((reads += 1), store.readAll(page)) };
    for await (const event of verifyLog({ store: counted, authority: keys, publicKey: null })) if (event.kind === 'progress') break;
    expect(reads).toBe(1);
  });

  test('that is empty is no log of an installation', async () => {
    const { findings, result } = await verified(createInMemoryEventStore());
    expect([result.holds, findings]).toMatchObject([false, [{ stream: INSTALLATION_STREAM, reason: 'the log holds no installation' }]]);
  });
});

/** Alters each event in turn and expects it to be named, and nothing else. */
async function expectEachFound(change: (event: StoredEvent) => StoredEvent[] | null, reason: RegExp): Promise<void> {
  let tried = 0;
  for (const event of events) {
    const log = change(event);
    if (log === null) continue;
    tried += 1;
    const { findings, result } = await verified(logOf(log));
    const { stream, revision, position } = event;
    expect(findings.filter((each) => each.stream === stream)).toMatchObject([{ stream, revision, position }]);
    expect(findings.find((each) => each.stream === stream)?.reason).toMatch(reason);
    expect(result).toMatchObject({ holds: false, findings: findings.length, events: log.length });
    // Everything rests on the installation's stream; every other stream is checked by itself.
    if (stream !== INSTALLATION_STREAM) expect(findings).toHaveLength(1);
  }
  expect(tried).toBeGreaterThan(2);
}

describe('an event that was altered, its hash left as it was, is named', () => {
  test('whichever event: its data, its type or its id', async () => {
    await expectEachFound((event) => altered(event, { data: event.data.replace(/\}$/, ',"zz":0}') }), /^its hash is not/);
    await expectEachFound((event) => altered(event, { type: `${event.type}x` }), /^its hash is not/);
    await expectEachFound((event) => altered(event, { id: `${event.id.slice(0, -1)}${event.id.endsWith('0') ? '1' : '0'}` }), /^its id/);
  });

  test('whichever member of its metadata', async () => {
    const names = Object.keys(metadataOf(at(STREAM, 0))).filter((name) => name !== 'mac' && name !== 'hash');
    expect(names).toContain('actor');
    for (const name of names) {
      const other = (event: StoredEvent) =>
        metadataText({ ...metadataOf(event), [name]: name === 'changeSet' ? { id: 'x', index: 0, size: 9 } : 'x' });
      await expectEachFound((event) => altered(event, { metadata: other(event) }), /^its hash is not/);
    }
  });

  test('its hash, or its mac, alone', async () => {
    const withMember = (event: StoredEvent, member: object) =>
      altered(event, { metadata: metadataText({ ...metadataOf(event), ...member }) });
    await expectEachFound((event) => withMember(event, { hash: 'f'.repeat(64) }), /^its hash is not/);
    await expectEachFound(
      (event) => (metadataOf(event)['mac'] === undefined ? null : withMember(event, { mac: 'f'.repeat(64) })),
      /^its mac is not one/,
    );
    await expectEachFound(
      (event) => (metadataOf(event)['mac'] === undefined ? null : withMember(event, { mac: undefined })),
      /^its change set has no mac/,
    );
    await expectEachFound(
      (event) => (metadataOf(event)['mac'] === undefined ? withMember(event, { mac: 'f'.repeat(64) }) : null),
      /^it has a mac, and is not the last/,
    );
  });
});

describe('an event that was altered, with all hashes computed anew, is named by the mac', () => {
  /** The last event of the change set that an event belongs to: its mac covers it. */
  const endOfSet = ({ stream, revision, metadata }: StoredEvent): number => {
    const { index, size } = metadataOf({ metadata })['changeSet'] as { index: number; size: number };
    return Math.min(revision + size - 1 - index, lastRevision(stream));
  };

  test('whichever event of a ledger, and whether the macs are left, or copied from one that holds', async () => {
    const copied = String(metadataOf(firstOf('VersionActivated', OTHER.stream))['mac']);
    for (const mac of [undefined, () => copied]) {
      for (const event of events.filter(({ stream }) => stream === STREAM)) {
        const log = altered(event, { data: event.data.replace(/\}$/, ',"zz":0}') });
        const { findings } = await verified(logOf(rehashed(log, STREAM, { from: event.revision, ...(mac && { macOf: mac }) })));
        expect(findings).toMatchObject([{ stream: STREAM, revision: expect.any(Number) }]);
        const [found] = findings;
        // A decoder may refuse the event itself before its change set ends.
        expect(found?.revision).toBeGreaterThanOrEqual(event.revision);
        expect(found?.revision).toBeLessThanOrEqual(endOfSet(event));
      }
    }
  });

  test('removed, inserted or swapped: in whichever place', async () => {
    const mine = events.filter(({ stream }) => stream === STREAM);
    for (const [index, event] of mine.entries()) {
      const removed = events.filter((each) => each !== event);
      const inserted = events.flatMap((each) => (each === event ? [each, { ...each, position: each.position + 1_000n }] : [each]));
      const next = mine[index + 1] ?? event;
      const swapped = altered(event, { data: next.data, type: next.type }).map((each) =>
        each === next ? { ...each, data: event.data, type: event.type } : each,
      );
      for (const [how, log] of Object.entries({ removed, inserted, swapped })) {
        // Behind the last event nothing is left that could show that it was there: only what was kept outside can.
        if (index === mine.length - 1 && how !== 'inserted') continue;
        if (how === 'swapped' && next.data === event.data && next.type === event.type) continue;
        const renumbered = log.map((each, place) => ({ ...each, position: BigInt(place + 1) }));
        const { findings, result } = await verified(logOf(rehashed(renumbered, STREAM)));
        expect([how, index, result.holds, findings.map(({ stream }) => stream)]).toEqual([how, index, false, [STREAM]]);
        expect(findings[0]?.revision).toBeLessThanOrEqual(index + 3);
      }
    }
  });

  test('put into a stream of its own: there is no mac for it', async () => {
    const stream = 'config-production.foreign';
    const begun = { ...at(STREAM, 0), stream, position: 10_000n };
    const whole = { ...metadataOf(begun), changeSet: { id: 'x', index: 0, size: 1 } };
    for (const mac of [undefined, metadataOf(at(STREAM, lastRevision(STREAM)))['mac']]) {
      const log = rehashed([...events, { ...begun, metadata: metadataText({ ...whole, mac }) }], stream);
      expect((await verified(logOf(log))).findings).toMatchObject([{ stream, revision: 0 }]);
    }
    // A change set that was only begun has no effect, and is counted.
    expect((await verified(logOf(rehashed([...events, begun], stream)))).result).toMatchObject({ holds: true, unfinished: 1 });
  });
});

describe('without computing anything anew', () => {
  test('an event that was removed leaves a gap', async () => {
    const gone = at(STREAM, 3);
    const { findings } = await verified(logOf(events.filter((each) => each !== gone)));
    expect(findings).toMatchObject([{ stream: STREAM, revision: 4, reason: 'its revision is 4, and 3 is the next one of its stream' }]);
  });

  test('events whose positions were swapped are found, although their stream reads well', async () => {
    const [one, other] = [at(STREAM, 3), at(STREAM, 4)];
    const log = events.map((each) => {
      if (each === one) return { ...one, position: other.position };
      return each === other ? { ...other, position: one.position } : each;
    });
    expect((await verified(logOf(log))).findings).toMatchObject([{ stream: STREAM, revision: 4 }]);
  });

  test('an event that has no position in the log is found by its stream', async () => {
    const last = at(STREAM, lastRevision(STREAM));
    const hidden = logOf(events.filter((each) => each !== last));
    const log = { ...logOf(events), readAll: hidden.readAll };
    expect((await verified(log)).findings).toMatchObject([
      { stream: STREAM, revision: last.revision, reason: 'it does not stand at its position in the log' },
    ]);
  });

  test('a store that gives other events by revisions than by positions does not hold', async () => {
    const whole = logOf(events);
    const lastOfStream = at(STREAM, lastRevision(STREAM));
    const byRevision = (change: (event: StoredEvent) => StoredEvent | null): VerifyLogOptions['store'] => ({
      ...whole,
      readStream: async (stream, page) => (await whole.readStream(stream, page)).flatMap((each) => change(each as StoredEvent) ?? []),
    });
    expect((await verified(byRevision((each) => (each === at(STREAM, 4) ? { ...each, data: '{}' } : each)))).findings).toMatchObject([
      { stream: STREAM, revision: 4, reason: 'its hash is not that of its content' },
    ]);
    expect((await verified(byRevision((each) => (each === lastOfStream ? null : each)))).findings).toMatchObject([
      { stream: STREAM, revision: lastOfStream.revision, position: null },
    ]);
    const unpositioned = logOf(events.filter(({ stream }) => stream !== INSTALLATION_STREAM));
    expect((await verified({ ...whole, readAll: unpositioned.readAll })).findings).toMatchObject([
      { stream: INSTALLATION_STREAM, reason: 'the stream does not stand at its positions in the log' },
    ]);
  });

  test('of two events that do not hold in a stream the first is named, and every stream is checked', async () => {
    const broken = [at(STREAM, 5), at(STREAM, 2), at(OTHER.stream, 1)];
    const log = events.map((each) => (broken.includes(each) ? { ...each, data: '{}' } : each));
    const { findings, result } = await verified(logOf(log));
    expect(findings.map(({ stream, revision }) => [stream, revision])).toEqual([
      [STREAM, 2],
      [OTHER.stream, 1],
    ]);
    expect([...result.ends.keys()]).toEqual([INSTALLATION_STREAM]);
  });
});

describe('who has the mac key and not the signing key', () => {
  /** Recomputes hashes and macs, as an api could. */
  const asApi = (log: readonly StoredEvent[], stream = STREAM) => logOf(rehashed(log, stream, { macOf }));

  test('cannot alter what was activated: the digest is computed anew', async () => {
    const change = firstOf('ConfigSet');
    const activation = firstOf('VersionActivated');
    const { findings } = await verified(asApi(altered(change, { data: change.data.replace('1}', '9}') })));
    expect(findings).toMatchObject([
      { stream: STREAM, revision: activation.revision, reason: expect.stringMatching(/^its digest is not that of version/) },
    ]);
  });

  test.each([
    ['version', 99, STREAM, /^it activates 99, which is no version$/],
    ['version', 0, STREAM, /^its digest is not that of version 0$/],
    ['digest', 'f'.repeat(64), STREAM, /^its digest is not that of version 2$/],
    ['previous', 1, STREAM, /^it says that version 1 was active before/],
    ['keyId', 'f'.repeat(16), STREAM, /^its signature does not hold$/],
    ['signature', 'AAAA', STREAM, /^its signature does not hold$/],
    ['own', 'f'.repeat(64), OTHER.stream, /^its digest is not that of version 2$/],
    ['previousActivation', 0, OTHER.stream, /^it says that activation 0 was the one before/],
    ['restart', ['risk.**'], OTHER.stream, /^its signature does not hold$/],
  ])('cannot alter the %s of an activation', async (member, value, stream, reason) => {
    const activation = firstOf('VersionActivated', stream);
    const data = { ...(JSON.parse(activation.data) as object), [member]: value };
    const { findings } = await verified(asApi(altered(activation, { data: JSON.stringify(data) }), stream));
    expect(findings).toMatchObject([{ stream, revision: activation.revision, reason: expect.stringMatching(reason) }]);
  });

  test('cannot move an activation to another ledger or revision, or give it another actor in form 2', async () => {
    const activation = firstOf('VersionActivated', OTHER.stream);
    const actor = { id: 'mallory', method: 'token', roles: [] };
    const { findings } = await verified(
      asApi(altered(activation, { metadata: metadataText({ ...metadataOf(activation), actor }) }), OTHER.stream),
    );
    expect(findings).toMatchObject([{ stream: OTHER.stream, revision: activation.revision, reason: 'its signature does not hold' }]);
  });

  test('does not pass with an installation of his own', async () => {
    const other = await write(new SigningKey());
    const { findings } = await verified(other, { authority: null });
    expect(findings).toContainEqual(
      expect.objectContaining({ stream: INSTALLATION_STREAM, revision: 0, reason: expect.stringContaining('was expected') }),
    );
  });
});

describe('without the mac key', () => {
  test('what was activated cannot be altered, with hashes computed anew', async () => {
    const change = firstOf('ConfigSet');
    const log = rehashed(altered(change, { data: change.data.replace('1}', '9}') }), STREAM);
    const { findings } = await verified(logOf(log), { authority: null });
    expect(findings).toMatchObject([{ stream: STREAM, reason: expect.stringMatching(/^its digest/) }]);
  });

  test('a mac key that the installation does not sign is found', async () => {
    const set = firstOf('MacKeySet', INSTALLATION_STREAM);
    const log = rehashed(altered(set, { data: set.data.replace(keys.macKey, 'f'.repeat(16)) }), INSTALLATION_STREAM);
    const { findings } = await verified(logOf(log), { authority: null });
    expect(findings).toMatchObject([{ stream: INSTALLATION_STREAM, reason: expect.stringContaining('not signed') }]);
  });
});

describe('a stream of a kind that this release does not fold', () => {
  const stream = 'access-log';

  /** Three change sets of one event each, with macs, behind everything else. */
  function recorded(first: number, changeSet = { id: 'x', index: 0, size: 1 }): StoredEvent[] {
    const [like] = events.filter((each) => each.stream === STREAM);
    if (like === undefined) throw new Error('there is no ledger');
    const made = [0, 1, 2].map((each) => ({
      ...like,
      stream,
      revision: each,
      position: 10_000n + BigInt(each),
      type: 'SecretRead',
      data: JSON.stringify({ value: each === 0 ? first : each }),
      metadata: metadataText({
        ...metadataOf(like),
        changeSet: each === 1 ? changeSet : { id: String(each), index: 0, size: 1 },
        mac: 'made anew',
      }),
    }));
    return rehashed(made, stream, { macOf });
  }

  test('holds when its chain and its macs do', async () => {
    expect((await verified(logOf([...events, ...recorded(0)]))).result).toMatchObject({ holds: true, streams: 4 });
  });

  test('does not hold with an event that was recorded at its place in another history', async () => {
    const [, ...rest] = recorded(0);
    const [exchanged] = recorded(7);
    const log = exchanged === undefined ? [] : [...events, exchanged, ...rest];
    expect((await verified(logOf(log))).findings).toMatchObject([
      { stream, revision: 1, reason: 'its previousHash is not the hash of the event before it' },
    ]);
  });

  test('does not hold with a change set whose events do not belong together', async () => {
    const { findings } = await verified(logOf([...events, ...recorded(0, { id: 'x', index: 1, size: 2 })]));
    expect(findings).toMatchObject([{ stream, revision: 1, reason: expect.stringMatching(/^its change set says 1 of 2/) }]);
  });

  test('does not hold when it was exchanged as a whole after it was sealed', async () => {
    const sealed = await storeWith([...events, ...recorded(0)]);
    const record = await ensureInstallation({ store: sealed, signer: keys, clock: testClock(), ids: countingIds('later') });
    const end = recorded(0).at(-1);
    const hash = String(metadataOf(end ?? { metadata: '{}' })['hash']);
    const request = { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, request: '', correlationId: '', guards: null };
    await record.sealStreams({ ends: [[stream, 2, hash]], again: true }, request);
    const log = await sealed.readAll({ after: 0n, limit: 1_000 });
    expect((await verified(logOf(log))).result.holds).toBe(true);
    const other = recorded(7);
    const exchanged = log.map((event) =>
      event.stream === stream ? { ...event, ...other[event.revision], position: event.position } : event,
    );
    expect((await verified(logOf(exchanged))).findings).toMatchObject([
      { stream, revision: 2, reason: 'it is not the event that was sealed' },
    ]);
  });
});

/** What releases before macs wrote: no mac anywhere, and an installation that names no mac key and no seal. */
function beforeMacs(): StoredEvent[] {
  const bare = events.map((event) => ({ ...event, metadata: metadataText({ ...metadataOf(event), mac: undefined }) }));
  const created = bare.find(({ type }) => type === 'InstallationCreated');
  const rest = bare.filter(({ stream }) => stream !== INSTALLATION_STREAM);
  if (created === undefined) throw new Error('there is no installation');
  const alone = { ...metadataOf(created), changeSet: { id: 'created', index: 0, size: 1 } };
  return rehashed([{ ...created, metadata: metadataText(alone) }, ...rest], INSTALLATION_STREAM);
}

/** Another store with these events. */
async function storeWith(log: readonly StoredEvent[]): Promise<EventStore> {
  const made = createInMemoryEventStore();
  for (const event of log) await made.append(event.stream, event.revision - 1, [event]);
  return made;
}

describe('a log of before macs', () => {
  test('holds, and its change sets without a mac are counted', async () => {
    const { result } = await verified(logOf(beforeMacs()));
    expect(result).toMatchObject({ holds: true, changeSets: { withMac: 0 } });
    expect(result.changeSets.withoutMac).toBeGreaterThan(5);
  });

  test('that was sealed holds up to the seal; behind it every change set needs a mac', async () => {
    const sealed = await storeWith(beforeMacs());
    const record = await ensureInstallation({ store: sealed, signer: keys, clock: testClock(), ids: countingIds('later') });
    const { result } = await verified(sealed);
    await record.sealStreams(
      {
        ends: [...result.ends]
          .filter(([name]) => name !== INSTALLATION_STREAM)
          .map(([name, { revision, hash }]) => [name, revision, hash] as const),
        again: false,
      },
      { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, request: '', correlationId: '', guards: null },
    );
    const core = testCore(sealed, { signer: keys, seals: record });
    await core.set('risk.max', 7);
    expect((await verified(sealed)).result).toMatchObject({ holds: true, changeSets: { withoutMac: result.changeSets.withoutMac } });

    const log = await sealed.readAll({ after: 0n, limit: 1_000 });
    const last = log.at(-1);
    const stripped = log.map((event) =>
      event === last ? { ...event, metadata: metadataText({ ...metadataOf(event), mac: undefined }) } : event,
    );
    expect((await verified(logOf(stripped))).findings).toMatchObject([
      { stream: STREAM, reason: 'its change set has no mac, and comes behind what was sealed' },
    ]);

    const end = lastRevision(OTHER.stream);
    const cut = log.filter(({ stream, revision }) => stream !== OTHER.stream || revision < end);
    expect((await verified(logOf(cut))).findings).toEqual([
      {
        kind: 'finding',
        stream: OTHER.stream,
        revision: end,
        position: null,
        reason: `the stream ends at revision ${end - 1}, and was sealed at revision ${end}: its end is cut off`,
      },
    ]);
    const gone = log.filter(({ stream }) => stream !== OTHER.stream);
    expect((await verified(logOf(gone))).findings).toMatchObject([
      { stream: OTHER.stream, revision: 0, reason: expect.stringContaining('is not there') },
    ]);
    const altering = log.map((event) =>
      event.stream === OTHER.stream && event.revision === 1 ? { ...event, data: event.data.replace('1', '5') } : event,
    );
    expect((await verified(logOf(rehashed(altering, OTHER.stream)))).findings).toMatchObject([{ stream: OTHER.stream }]);
  });
});

describe('an installation whose mac key was replaced', () => {
  async function replaced(): Promise<EventStore> {
    const made = await write();
    const { result } = await verified(made);
    const installation = { installation: String(result.installation) };
    const ends = [...result.ends].filter(([name]) => name !== INSTALLATION_STREAM);
    await replaceMacKey({
      store: made,
      keys: newMacKey,
      installation,
      ends: ends.map(([name, { revision, hash }]) => [name, revision, hash] as const),
      ids: countingIds('offline'),
      clock: testClock(),
    });
    return made;
  }

  test('holds with the new key: what is older is sealed, what is newer has macs of the new key', async () => {
    const made = await replaced();
    const record = await ensureInstallation({ store: made, signer: newMacKey, clock: testClock(), ids: countingIds('api') });
    await testCore(made, { signer: newMacKey, seals: record }).set('risk.max', 9);
    expect((await verified(made, { authority: newMacKey })).result).toMatchObject({ holds: true, activations: 6 });
    expect((await verified(made, { authority: null })).result.holds).toBe(true);
  });

  test('does not take a change set with a mac of the old key any more', async () => {
    const made = await replaced();
    await testCore(made, { signer: keys }).set('risk.max', 9);
    expect((await verified(made, { authority: newMacKey })).findings).toMatchObject([
      { stream: STREAM, reason: "its mac is not one of this installation's apis" },
    ]);
  });

  test('cannot be verified with the old key, which is said', async () => {
    const made = await replaced();
    await expect(verified(made)).rejects.toThrow(InstallationKeyMismatch);
  });
});
