// A process that has loaded a ledger, whose older events are altered afterwards: what it reads of them again is checked as a first load is.
import type { ReadSelector, StoredEvent } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { LedgerId, StreamCorrupt } from '@confledger/domain';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AlteredLog } from './altered-log.js';
import { freshCore, writeHonestLog, type HonestLog } from './honest-log.js';
import { metadataOf, relinked, withMetadata } from './liar.js';

const ID = LedgerId.of('production', 'engine-1');

let honest: HonestLog;
let events: readonly StoredEvent[];
let log: AlteredLog;
let core: ReturnType<typeof freshCore>;

beforeAll(async () => {
  const store = createInMemoryEventStore();
  honest = await writeHonestLog(store, 60, [ID.stream]);
  events = await store.readStream(ID.stream, { limit: 500 });
});
beforeEach(async () => {
  log = new AlteredLog(events);
  core = freshCore(log.store, honest);
  await core.read(ID, {});
});

const instant = (revision: number): string => metadataOf(events[revision]).occurredAt;
const read = (selector: ReadSelector) => core.read(ID, selector);
/** The revisions of one change set in the middle. */
const SET = (() => {
  const index = () => events.findIndex(({ revision, metadata }) => revision > 20 && JSON.parse(metadata).changeSet.size > 2);
  return { first: () => index(), last: () => index() + metadataOf(events[index()]).changeSet.size - 1 };
})();

describe('A read of the past by a process that has loaded the ledger before', () => {
  test('as of an instant is refused when the event behind it was given a later time', async () => {
    const first = SET.first();
    log.rewrite(ID.stream, relinked(withMetadata(events, first, { occurredAt: '2099-01-01T00:00:00.000Z' }), first));
    await expect(read({ at: instant(SET.last()) })).rejects.toThrow(StreamCorrupt);
  });

  test('as of an instant is refused when events before it were removed', async () => {
    log.rewrite(
      ID.stream,
      events.filter(({ revision }) => revision < SET.first() || revision > SET.last()),
    );
    await expect(read({ at: instant(SET.last()) })).rejects.toThrow(StreamCorrupt);
  });

  test('as of an instant is refused when everything behind an earlier event was removed', async () => {
    log.rewrite(ID.stream, events.slice(0, SET.first()));
    await expect(read({ at: instant(SET.last()) })).rejects.toThrow(StreamCorrupt);
  });

  test('of a version is refused when it was removed', async () => {
    const version = SET.last();
    log.rewrite(
      ID.stream,
      events.filter(({ revision }) => revision < SET.first() || revision > SET.last()),
    );
    await expect(read({ version })).rejects.toThrow(StreamCorrupt);
  });

  test('of a version is refused when its change set was made to look abandoned', async () => {
    const last = SET.last();
    const altered = withMetadata(events, last, { changeSet: { id: 'another', index: 0, size: 2 } });
    log.rewrite(ID.stream, relinked(altered, last));
    await expect(read({ version: last - 1 })).rejects.toThrow(StreamCorrupt);
  });
});

describe('A refusal that lists the versions that came since', () => {
  const conflict = (seen: number) =>
    core.execute(
      ID,
      { type: 'Set', path: 'risk.limit', value: 5 },
      {
        actor: { id: 'alice', method: 'token', roles: [] },
        reason: null,
        request: 'conflict',
        correlationId: 'request',
        guards: { expectedVersion: seen },
      },
    );

  test('lists none that no api recorded, whatever the change set of an event says of itself', async () => {
    let altered = events;
    for (const { revision } of events.slice(20))
      altered = withMetadata(altered, revision, {
        actor: { id: 'mallory', method: 'token', roles: [] },
        changeSet: { id: `forged-${revision}`, index: 1, size: 1 },
      });
    log.rewrite(ID.stream, relinked(altered, 20));
    await expect(conflict(19)).rejects.toThrow(StreamCorrupt);
  });

  test('and a page of events begins with the one that was asked for', async () => {
    log.rewrite(
      ID.stream,
      events.filter(({ revision }) => revision !== 20),
    );
    await expect(core.reader.events(ID, 20, 10)).rejects.toThrow(StreamCorrupt);
  });

  test('leaves none out: where events were removed it is not given', async () => {
    log.rewrite(
      ID.stream,
      events.filter(({ revision }) => revision < 20 || revision > SET.last()),
    );
    await expect(conflict(19)).rejects.toThrow(StreamCorrupt);
  });
});
