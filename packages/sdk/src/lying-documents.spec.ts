// A feed that sends whole documents and lies, or sends them where none may stand: the node keeps the last good snapshot, and believes the
// feed again when it tells the truth.
import { differencesOf, leavesOf, markerOf, ScriptedFeed, SigningLedger } from '@confledger/conformance';
import type { FeedDocument } from '@confledger/contracts';
import type { JsonObject, JsonValue } from '@confledger/document';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectNode, type Handle, type NodeValue, type TradingNode } from './index.js';

type ActiveDocument = ReturnType<SigningLedger['activate']>;

const LEDGER = { environment: 'production', service: 'trading-engine' };

let ledger: SigningLedger;
let feed: ScriptedFeed;
let node: TradingNode;
let limit: Handle<NodeValue | undefined>;
let first: ActiveDocument;
/** Whether new readings are answered with the truth. */
let truthful: boolean;

beforeEach(async () => {
  ledger = new SigningLedger();
  first = ledger.activate({ risk: { limit: 1, min: 0 }, other: 'x' });
  truthful = true;
  feed = new ScriptedFeed((script) => truthful && void tellDocument(script, ledger.newest));
  node = await connectNode({ ...LEDGER, feed, publicKey: ledger.key.publicKey });
  limit = node.handle('risk.limit');
  truthful = false;
});
afterEach(() => node.close());

function tellDocument(script: ScriptedFeed, active: ActiveDocument | null): 'complete' | 'incomplete' {
  script.sink.reset('scripted');
  if (active !== null) {
    script.sink.document(documentOf(active));
    script.sink.active(markerOf(active));
  }
  return script.sink.synchronized();
}

const documentOf = ({ document, version }: ActiveDocument, configuration: JsonObject = document.toJson()): FeedDocument => ({
  configuration,
  seals: {},
  version,
});

const change = (): ActiveDocument => ledger.activate({ risk: { limit: 666, min: 0 }, other: 'y' });

/** The lie was not run, and the truth ends the doubt. */
async function lastGoodRunsUntilTruth(): Promise<void> {
  expect(limit.current).toBe(1);
  expect(node.status).toMatchObject({ state: 'stale', running: { activation: first.activation, digest: first.digest } });
  expect(node.status.problem).not.toBeNull();
  truthful = true;
  const next = ledger.activate({ risk: { limit: 2, min: 0 }, other: 'x' });
  feed.connect();
  await vi.waitFor(() =>
    expect(node.status).toMatchObject({ state: 'ready', rejected: null, problem: null, running: { activation: next.activation } }),
  );
  expect(limit.current).toBe(2);
}

test('a document and its marker are run when the feed says that this was everything, and what did not change stays the same object', () => {
  const next = ledger.activate({ risk: { limit: 1, min: 0 }, other: 'y' });
  const risk = node.snapshot.get('risk');
  feed.sink.reset('scripted');
  feed.sink.document(documentOf(next));
  feed.sink.active(markerOf(next));
  expect(node.snapshot.get('other')).toBe('x');
  expect(feed.sink.synchronized()).toBe('complete');
  expect(node.snapshot.get('other')).toBe('y');
  expect(node.snapshot.get('risk')).toBe(risk);
  expect(Object.isFrozen(node.snapshot.get('risk'))).toBe(true);
});

test('after a document what follows is differences', () => {
  const next = change();
  tellDocument(feed, first);
  feed.tellNext(first, next);
  expect(limit.current).toBe(666);
});

test('an empty document is run like any other', () => {
  expect(tellDocument(feed, ledger.activate({}))).toBe('complete');
  expect(node.snapshot.toJson()).toEqual({});
});

test('seals that this release does not know are passed over: the digest decides', () => {
  const next = change();
  feed.sink.reset('scripted');
  feed.sink.document({ ...documentOf(next), seals: { 'risk.secret': { alg: 'later' } } });
  feed.sink.active(markerOf(next));
  expect(feed.sink.synchronized()).toBe('complete');
  expect(limit.current).toBe(666);
});

describe('a reading that does not add up is incomplete, and changes nothing', () => {
  test.each<[string, (honest: JsonObject) => JsonObject]>([
    ['a value that was not activated', (honest) => ({ ...honest, risk: { limit: 667, min: 0 } })],
    ['a member too many', (honest) => ({ ...honest, backdoor: true })],
    ['a member that is missing', () => ({ risk: { limit: 666, min: 0 } })],
    ['nothing', () => ({})],
    ['an illegal name', (honest) => ({ ...honest, ...(JSON.parse('{"__proto__":{"limit":1}}') as JsonObject) })],
    ['half a surrogate pair', (honest) => ({ ...honest, other: '\ud800' })],
    ['a list that no stack holds', (honest) => ({ ...honest, deep: JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as JsonValue })],
    [
      'objects that no stack holds',
      (honest) => ({ ...honest, deep: JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`) as JsonValue }),
    ],
  ])('%s', async (_, lie) => {
    const next = change();
    feed.sink.reset('scripted');
    feed.sink.document(documentOf(next, lie(next.document.toJson())));
    feed.sink.active(markerOf(next));
    expect(feed.sink.synchronized()).toBe('incomplete');
    await lastGoodRunsUntilTruth();
  });

  test('a document without a marker, an empty one too', async () => {
    for (const configuration of [{ risk: { limit: 666 } }, {}]) {
      feed.sink.reset('scripted');
      feed.sink.document({ configuration, seals: {}, version: 9 });
      expect(feed.sink.synchronized()).toBe('incomplete');
    }
    await lastGoodRunsUntilTruth();
  });

  test('the document of an old activation', async () => {
    truthful = true;
    const old = first;
    first = ledger.activate({ risk: { limit: 1, min: 0 }, other: 'z' });
    tellDocument(feed, first);
    truthful = false;
    expect(tellDocument(feed, old)).toBe('incomplete');
    await lastGoodRunsUntilTruth();
  });
});

describe('a document where none may stand asks for a new reading', () => {
  test.each<[string, (next: ActiveDocument) => void]>([
    ['without a reset', (next) => feed.sink.document(documentOf(next))],
    [
      'without a reset after a new connection',
      (next) => {
        feed.connect();
        feed.sink.document(documentOf(next));
      },
    ],
    [
      'after a connection that was lost behind its reset',
      (next) => {
        feed.sink.reset('scripted');
        feed.connect();
        feed.sink.document(documentOf(next));
      },
    ],
    [
      'twice',
      (next) => {
        feed.sink.reset('scripted');
        feed.sink.document(documentOf(first));
        feed.sink.document(documentOf(next));
      },
    ],
    [
      'behind a leaf',
      (next) => {
        feed.sink.reset('scripted');
        for (const leaf of leavesOf(next)) feed.sink.leaf(leaf);
        feed.sink.document(documentOf(next));
      },
    ],
    [
      'before a leaf',
      (next) => {
        feed.sink.reset('scripted');
        feed.sink.document(documentOf(first));
        for (const leaf of differencesOf(first, next)) feed.sink.leaf(leaf);
      },
    ],
    [
      'behind its marker',
      (next) => {
        feed.sink.reset('scripted');
        feed.sink.active(markerOf(next));
        feed.sink.document(documentOf(next));
      },
    ],
    [
      'behind the end of the reading',
      (next) => {
        tellDocument(feed, first);
        feed.sink.document(documentOf(next));
      },
    ],
  ])('%s', async (_, tell) => {
    const next = change();
    tell(next);
    feed.sink.active(markerOf(next));
    expect(feed.sink.synchronized()).toBe('incomplete');
    expect(feed.restarts).toHaveLength(1);
    await lastGoodRunsUntilTruth();
  });
});

test('to a node that has run nothing, a document without a marker is not "nothing active"', async () => {
  const liar = new ScriptedFeed((script) => {
    script.sink.reset('scripted');
    script.sink.document({ configuration: {}, seals: {}, version: 1 });
    script.sink.synchronized();
  });
  const connecting = connectNode({ ...LEDGER, feed: liar, publicKey: ledger.key.publicKey, startTimeoutMs: 30 });
  await expect(connecting).rejects.toMatchObject({ code: 'START_TIMEOUT', message: expect.stringContaining('without the activation') });
});
