// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: a node runs them, over HTTP and from its cache file.
import { SigningLedger } from '@confledger/conformance';
import { httpFeed } from '@confledger/feed-http';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NAME_TRAP_CASES, setNameTrap } from '../../../test/support/src/name-traps.js';
import { connectNode } from './index.js';
import { memoryFeed } from './testing.js';

const LEDGER = { environment: 'production', service: 'trading-engine' };
const objects = NAME_TRAP_CASES.map(([, before, trap]) => setNameTrap(trap, before));
const configuration = Object.fromEntries(objects.map((object, index) => [`list${index}`, [object]]));

let directory: string;
let ledger: SigningLedger;
let hub: HttpFeedPublisher;
let server: Server;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'confledger-names-'));
  ledger = new SigningLedger();
  ledger.activate(configuration);
  hub = createHttpFeed({ installation: 'inst', load: () => Promise.resolve(ledger.newest), position: () => 0n });
  await hub.takeOver(new AbortController().signal);
  server = createServer((_request, response) => void hub.subscribe(ledger.name, { response, lastEventId: null, takesDocument: true }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  await hub.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

const textOf = (value: unknown): string => JSON.stringify(value);

test('a node over HTTP runs the document that was activated, and starts with it from its cache file', async () => {
  const expected = textOf(ledger.newest?.document.toJson());
  const cacheFile = join(directory, 'node.cache');
  const feed = httpFeed({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const options = { ...LEDGER, publicKey: ledger.key.publicKey, cacheFile, report: null } as const;
  const node = await connectNode({ ...options, feed, startTimeoutMs: 5_000 });
  expect(textOf(node.snapshot.get(''))).toBe(expected);
  await node.close();
  const nowhere = httpFeed({ url: 'http://127.0.0.1:1' });
  const again = await connectNode({ ...options, feed: nowhere, startTimeoutMs: 50 });
  expect([again.status.source, textOf(again.snapshot.get(''))]).toEqual(['cache', expected]);
  await again.close();
});

test('a node on the feed in memory runs the document that was activated', async () => {
  const feed = memoryFeed(configuration);
  const node = await connectNode({ ...LEDGER, feed, publicKey: feed.publicKey });
  expect(textOf(node.snapshot.get(''))).toBe(textOf(ledger.newest?.document.toJson()));
  await node.close();
});
