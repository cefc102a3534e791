// The one checker of a distributed installation: when it has come to rest, log, answers, read model, topics and nodes must tell one story.
import { documentsOf, createLedgerReader, type EventStore } from '@confledger/application';
import type { LedgerItem } from '@confledger/contracts/http';
import { verifyReadModel } from '@confledger/read-model-postgres';
import { eventually } from '@confledger/test-support';
import { untrueAnswers } from '../answers-check.js';
import { checkLog, type CheckedLedger, type LogRow } from '../log-check.js';
import type { MixedClient } from '../mixed-load.js';
import { activeTopicProblems, type ActiveTopicExpectations } from './active-topic-check.js';
import { changesTopicProblems } from './changes-topic-check.js';
import { followerProblems } from './follower-check.js';
import type { Installation } from './installation.js';
import { rowsOf } from './stores.js';
import { recordsOf } from './topic-records.js';

/** What a client was told. */
export type ToldClient = Pick<MixedClient, 'acknowledged' | 'strange'>;

/** How long everything may take to come to rest after the fault is over. */
const REST = { timeoutMs: 90_000 };
/** The broker answers the end of a transaction before it has written it everywhere: what is wrong must stay wrong for so long. */
const WRITTEN = { timeoutMs: 3_000 };

/** What is wrong, in words; empty when all tell one story. The clients have to have ended. */
export async function storyProblems(
  installation: Installation,
  clients: readonly ToldClient[],
  expectations: ActiveTopicExpectations = {},
): Promise<string[]> {
  const { store, publicKey, followers } = installation;
  const rows = await rowsOf(store.events);
  const { problems, ledgers } = checkLog(rows, publicKey);
  const restless = await cameToRest(installation, ledgers);
  return [
    ...restless,
    ...problems,
    ...clients.flatMap(({ strange }) => strange),
    ...untrueAnswers(
      clients.flatMap(({ acknowledged }) => acknowledged),
      ledgers,
    ),
    ...(await readModelProblems(installation, ledgers)),
    ...(await topicProblems(installation, rows, ledgers, expectations)),
    ...followers.filter(({ alive }) => alive).flatMap((follower) => followerProblems(follower, ledgers.get(follower.ledger))),
  ];
}

async function topicProblems(
  { kafka, activeTopic, changesTopic, publicKey }: Installation,
  rows: readonly LogRow[],
  ledgers: ReadonlyMap<string, CheckedLedger>,
  expectations: ActiveTopicExpectations,
): Promise<string[]> {
  let problems: string[] = [];
  const look = async (): Promise<boolean> => {
    const [active, changes] = [await recordsOf(kafka.brokers, activeTopic), await recordsOf(kafka.brokers, changesTopic)];
    problems = [...activeTopicProblems(active, ledgers, publicKey, expectations), ...changesTopicProblems(changes, rows)];
    return problems.length === 0;
  };
  await eventually(look, WRITTEN).catch(() => false);
  return problems;
}

/** Projector, relay and changes have no lag, and every node runs what is active. */
async function cameToRest(installation: Installation, ledgers: ReadonlyMap<string, CheckedLedger>): Promise<string[]> {
  const waits: readonly (readonly [string, () => boolean | Promise<boolean>])[] = [
    ['the read model', async () => (await (await installation.active('projector')).health())?.lag === '0'],
    ['the feed', async () => (await (await installation.active('relay')).health())?.lag === '0'],
    [
      'the changes',
      async () => (await Promise.all(installation.relays.map((relay) => relay.health('changes')))).some((health) => health?.lag === '0'),
    ],
    ...installation.followers
      .filter(({ alive }) => alive)
      .map(
        (follower) =>
          [
            follower.name,
            () => follower.now()?.activation === ledgers.get(follower.ledger)?.active?.activation && follower.now()?.state === 'ready',
          ] as const,
      ),
  ];
  const problems = await Promise.all(
    waits.map(async ([name, isDone]) => {
      const done = await eventually(isDone, REST).catch(() => false);
      return done ? [] : [`${name} did not come to rest`];
    }),
  );
  return problems.flat();
}

/** By the product's own comparison row by row, and by what the list of ledgers says. */
async function readModelProblems(installation: Installation, ledgers: ReadonlyMap<string, CheckedLedger>): Promise<string[]> {
  const problems = (await discrepancies(installation.databaseUrl, installation.store.events)).map((each) => JSON.stringify(each));
  const { body } = await installation.caller().call('GET', '/configurations?limit=500');
  const { items } = body.data as unknown as { readonly items: readonly LedgerItem[] };
  const listed = new Map(items.map((item) => [`${item.environment}.${item.service}`, item]));
  for (const [ledger, { version, digest, active }] of ledgers) {
    const item = listed.get(ledger);
    const same =
      item?.version === version &&
      item.digest === digest &&
      item.active === (active?.version ?? null) &&
      item.activeDigest === (active?.digest ?? null);
    if (!same || !item.readable)
      problems.push(`${ledger} is listed as ${JSON.stringify(item)}, the log says version ${version}, active ${active?.version}`);
  }
  for (const ledger of listed.keys()) if (!ledgers.has(ledger)) problems.push(`${ledger} is listed, but is not in the log`);
  return problems.map((problem) => `read model: ${problem}`);
}

async function discrepancies(connectionString: string, events: EventStore): Promise<unknown[]> {
  const found: unknown[] = [];
  const documentAt = documentsOf(createLedgerReader({ store: events }));
  for await (const each of verifyReadModel({ location: { connectionString }, events, documentAt })) found.push(each);
  return found;
}
