// Every alteration of a ledger, before the parts that have no key and a process that loaded the ledger before: the projector and the relay stop
// for none, no node runs what was not activated, and no read of the past is answered with what was not so.
import { createLedgerReads, type StoredEvent } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { alterationsOf, type Alteration } from './alterations.js';
import { AlteredLog } from './altered-log.js';
import { projected, published, runBy } from './followers.js';
import { freshCore, idOf, STREAMS, writeHonestLog, type HonestLog } from './honest-log.js';
import { REFUSED, selectorsOf, servedBy } from './judged.js';
import { placed } from './liar.js';

const [FIRST, SECOND] = STREAMS;
const NEIGHBOUR = STREAMS[2];
/** Enough for each type of event in several places. */
const EVENTS = 40;
const TIMEOUT_MS = 180_000;

let honest: HonestLog;
let all: readonly StoredEvent[];
const of = (stream: string): readonly StoredEvent[] => all.filter((event) => event.stream === stream);

beforeAll(async () => {
  const store = createInMemoryEventStore();
  honest = await writeHonestLog(store, EVENTS, [FIRST, SECOND, NEIGHBOUR]);
  all = await store.readAll({ after: 0n, limit: 1_000 });
});

/** The log with one ledger altered. */
function alteredLog(stream: string, { altered }: Alteration): AlteredLog {
  const log = new AlteredLog(all);
  log.rewrite(stream, placed(altered, of(stream), all.at(-1)?.position ?? 0n));
  return log;
}

/** Names of the alterations of which something is wrong, with what. */
async function problemsOf(
  stream: string,
  problemWith: (log: AlteredLog, alteration: Alteration) => Promise<string | null>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const alteration of alterationsOf(of(stream), of(NEIGHBOUR))) {
    const problem = await problemWith(alteredLog(stream, alteration), alteration).catch((error: unknown) => String(error));
    if (problem !== null) problems.push(`${alteration.name}: ${problem}`);
  }
  return problems;
}

describe('With any single thing of a ledger altered', () => {
  test.each([SECOND])(
    'a projector goes on to the end of the log, and another ledger has the rows that it had: %s',
    async (stream) => {
      const rowOf = async (log: AlteredLog) => {
        const model = await projected(log.store);
        const { items } = await model.ledgers({}, { limit: 10 });
        return JSON.stringify(items.find(({ service }) => `config-production.${service}` === NEIGHBOUR));
      };
      const truth = await rowOf(new AlteredLog(all));
      expect(truth).toContain('"service"');
      expect(await problemsOf(stream, async (log) => ((await rowOf(log)) === truth ? null : 'another row'))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test.each([FIRST, SECOND])(
    'no node runs of what a relay publishes what was not activated, and the nodes of another ledger run theirs: %s',
    async (stream) => {
      const activated = new Map<string, string>();
      const reads = createLedgerReads({ store: new AlteredLog(all).store, clock: { now: () => Date.now() } });
      for (const each of [stream, NEIGHBOUR]) {
        for (const event of of(each).filter(({ type }) => type === 'VersionActivated')) {
          const { version, digest } = JSON.parse(event.data) as { version: number; digest: string };
          const read = await reads.read(idOf(each), { version });
          if (read.kind !== 'found') throw new Error('an activated version is not found');
          activated.set(`${each} ${event.revision} ${digest}`, JSON.stringify(read.document.toJson()));
        }
      }
      const runs = async (active: Awaited<ReturnType<typeof published>>[number]): Promise<string | null> => {
        const ran = await runBy(active, honest.keys.publicKey);
        if (ran === null) return active.ledger === idOf(NEIGHBOUR).text ? 'a node refuses what is true' : null;
        const truth = activated.get(`config-${active.ledger} ${ran.activation} ${ran.digest}`);
        return truth === ran.content ? null : `a node runs activation ${ran.activation}`;
      };
      const refused = await problemsOf(stream, async (log) => {
        const found = (await published(log.store)).filter(({ ledger }) => ledger !== idOf(stream === FIRST ? SECOND : FIRST).text);
        if (!found.some(({ ledger }) => ledger === idOf(NEIGHBOUR).text)) return 'the other ledger is not published';
        return (await Promise.all(found.map(runs))).find((each) => each !== null) ?? null;
      });
      expect(refused).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test.each([SECOND])(
    'afterwards, a process that had loaded it answers from what it knows, or not at all: %s',
    async (stream) => {
      const selectors = selectorsOf(of(stream));
      const truth = await servedBy(freshCore(new AlteredLog(all).store, honest), idOf(stream), selectors);
      const problems = await Promise.all(
        alterationsOf(of(stream), of(NEIGHBOUR)).map(async (alteration) => {
          const log = new AlteredLog(all);
          const core = freshCore(log.store, honest);
          await core.read(idOf(stream), {});
          log.rewrite(stream, placed(alteration.altered, of(stream), all.at(-1)?.position ?? 0n));
          const served = await servedBy(core, idOf(stream), selectors);
          const lies = Object.keys(served).filter((name) => served[name] !== REFUSED && served[name] !== truth[name]);
          return lies.length === 0 ? [] : [`${alteration.name}: ${lies.join()}`];
        }),
      );
      expect(problems.flat()).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
