// The suite of alterations on a real event store: whoever can write to it can stop a ledger, but not speak for us.
import type { EventStore, StoredEvent } from '@confledger/application';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { alterationsOf, type Alteration } from './alterations.js';
import { freshCore, idOf, STREAMS, writeHonestLog, type HonestLog } from './honest-log.js';
import { answersTo, REFUSED, selectorsOf, servedBy, type Served } from './judged.js';
import { metadataOf, placed, relinked, withMetadata } from './liar.js';

/** An event store whose rows a test can alter behind its back. */
export interface AlterableStore {
  readonly store: EventStore;
  /** Removes rows, and puts others in their place. Rows are known by their positions. */
  rewrite(gone: readonly StoredEvent[], there: readonly StoredEvent[]): Promise<void>;
}

/** On a busy machine. */
const TIMEOUT_MS = 180_000;
/** Of one ledger. */
const ALTERATIONS_MIN = 300;
const [FIRST, SECOND, THIRD, FOURTH, FIFTH] = STREAMS;

/** Alterations are made in so many of the ledgers, each of which has events of every type: one, where loading a stream is slow. */
export function tamperingSuite(name: string, open: () => Promise<AlterableStore>, alteredLedgers: 1 | 2 = 2): void {
  describe(`A log of 1,000 events on ${name} that somebody without the keys alters`, () => {
    let log: AlterableStore;
    let honest: HonestLog;
    let last: bigint;
    const events = new Map<string, readonly StoredEvent[]>();
    const of = (stream: string): readonly StoredEvent[] => events.get(stream) ?? [];

    beforeAll(async () => {
      log = await open();
      honest = await writeHonestLog(log.store);
      for (const stream of STREAMS) events.set(stream, await log.store.readStream(stream, { limit: 1_000 }));
      last = await log.store.lastPosition();
    });

    /** What stands in the store of each stream now. */
    const now = new Map<string, readonly StoredEvent[]>();
    const rewritten = async (stream: string, altered: readonly StoredEvent[]): Promise<void> => {
      const [before, after] = [now.get(stream) ?? of(stream), placed(altered, of(stream), last)];
      await log.rewrite(
        before.filter((event, index) => !isDeepStrictEqual(event, after[index])),
        after.filter((event, index) => !isDeepStrictEqual(event, before[index])),
      );
      now.set(stream, after);
    };
    const restored = (stream: string): Promise<void> => rewritten(stream, of(stream));

    /** What is wrong with how a fresh process treats an altered ledger; null when nothing is. */
    async function problemWith(stream: string, { altered, isHarmless = false }: Alteration, truth: Served): Promise<string | null> {
      const id = idOf(stream);
      await rewritten(stream, altered);
      const { signatures } = honest.keys;
      const reading = freshCore(log.store, honest);
      const served = await servedBy(reading, id, selectorsOf(of(stream)));
      const lies = Object.keys(served).filter((name) => served[name] !== REFUSED && served[name] !== truth[name]);
      if (lies.length > 0) return `served lies to ${lies.join()}`;
      if (isHarmless) return served['{}'] === truth['{}'] ? null : 'refused what holds';
      if (Object.values(served).some((each) => each !== REFUSED)) return 'served';
      const writing = freshCore(log.store, honest);
      const answers = await answersTo(writing, id);
      if (answers.some((each) => each !== REFUSED)) return `carried out: ${answers.join()}`;
      if (honest.keys.signatures !== signatures) return 'something was signed';
      return reading.brokenStreams().length === 1 && writing.brokenStreams().length === 1 ? null : 'it is not listed as broken';
    }

    const truthOf = (stream: string): Promise<Served> => servedBy(freshCore(log.store, honest), idOf(stream), selectorsOf(of(stream)));

    test('has all its events, in every ledger each type and both forms of statement', () => {
      expect([...events.values()].reduce((count, each) => count + each.length, 0)).toBeGreaterThanOrEqual(1_000);
      for (const each of events.values()) expect(new Set(each.map(({ type }) => type)).size).toBe(6);
      const forms = [...events.values()].flat().filter(({ type }) => type === 'VersionActivated');
      expect(new Set(forms.map((event) => metadataOf(event).schemaVersion))).toEqual(new Set([1, 2]));
    });

    test.each([FIRST, SECOND].slice(0, alteredLedgers))(
      'nothing of %s is served or signed, whatever single thing was altered',
      async (stream) => {
        const truth = await truthOf(stream);
        const alterations = alterationsOf(of(stream), of(THIRD));
        const problems: string[] = [];
        for (const alteration of alterations) {
          const problem = await problemWith(stream, alteration, truth);
          if (problem !== null) problems.push(`${alteration.name}: ${problem}`);
        }
        await restored(stream);
        expect(problems).toEqual([]);
        expect(alterations.length).toBeGreaterThan(ALTERATIONS_MIN);
        expect(await log.store.lastPosition()).toBe(last);
        expect(await truthOf(stream)).toEqual(truth);
      },
      TIMEOUT_MS,
    );

    test('and every other ledger is served and written to, by the process that met it', async () => {
      const truth = await truthOf(THIRD);
      await rewritten(FIRST, relinked(withMetadata(of(FIRST), 7, { reason: 'forged' }), 7));
      await rewritten(SECOND, of(SECOND).slice(1));
      const core = freshCore(log.store, honest);
      for (const stream of [FIRST, SECOND])
        expect(new Set(Object.values(await servedBy(core, idOf(stream), [{}])))).toEqual(new Set([REFUSED]));
      expect(await servedBy(core, idOf(THIRD), selectorsOf(of(THIRD)))).toEqual(truth);
      expect(await answersTo(core, idOf(FOURTH))).toEqual(['done', 'done', 'done', 'done', 'done', 'refused']);
      await restored(FIRST);
      await restored(SECOND);
    });

    test('what only an outside checkpoint can find: the newest change sets cut off whole are served as if they had never been', async () => {
      const complete = of(FIFTH).findLastIndex((event) => event.revision < 150 && endsSet(event));
      const shorter = of(FIFTH).slice(0, complete + 1);
      await rewritten(FIFTH, shorter);
      const core = freshCore(log.store, honest);
      expect(await core.read(idOf(FIFTH), {})).toMatchObject({ kind: 'found', revision: shorter.length - 1 });
      expect(core.brokenStreams()).toEqual([]);
      // So is one that was made to look as if its writer had died in it.
      const open = withMetadata(shorter, complete, { changeSet: { id: 'open', index: 0, size: 2 }, mac: undefined });
      await rewritten(FIFTH, relinked(open, complete));
      expect(await freshCore(log.store, honest).read(idOf(FIFTH), {})).toMatchObject({ kind: 'found' });
      // And one whose last events alone were cut off.
      await rewritten(FIFTH, of(FIFTH).slice(0, of(FIFTH).findIndex((event) => event.revision > complete && !endsSet(event)) + 1));
      expect(await freshCore(log.store, honest).read(idOf(FIFTH), {})).toMatchObject({ kind: 'found' });
      await restored(FIFTH);
    });
  });
}

const endsSet = (event: StoredEvent): boolean => {
  const { index, size } = metadataOf(event).changeSet;
  return index + 1 === size;
};
