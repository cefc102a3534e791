// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: leaves come out of the stream as they went in.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedDocument, FeedLeaf, FeedSession } from '@confledger/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { NAME_TRAP_CASES, setNameTrap } from '../../../test/support/src/name-traps.js';
import { httpFeed } from './index.js';

const leaves = NAME_TRAP_CASES.map(([, before, trap], index) => ({ path: `list${index}`, value: [setNameTrap(trap, before)], version: 7 }));
const told = new Map<string, FeedLeaf>();
let whole: FeedDocument | null = null;
const configuration = Object.fromEntries(leaves.map(({ path, value }) => [path, value]));
let server: Server;
let session: FeedSession;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: document\ndata: ${JSON.stringify({ configuration, seals: {}, version: 7 })}\n\n`);
    response.write(leaves.map((leaf) => `event: leaf\ndata: ${JSON.stringify(leaf)}\n\n`).join(''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const nothing = (): void => undefined;
  const feed = httpFeed({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  session = feed.open(
    { environment: 'production', service: 'engine' },
    {
      reset: nothing,
      leaf: (leaf) => void told.set(leaf.path, leaf),
      document: (document) => (whole = document),
      active: nothing,
      synchronized: () => 'complete',
      beat: nothing,
      lost: nothing,
      resumeId: () => null,
    },
  );
  await vi.waitUntil(() => told.size === leaves.length, { timeout: 10_000, interval: 5 });
});
afterAll(async () => {
  await session.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test.each(NAME_TRAP_CASES.map(([name, before], index) => [name, before, index] as const))(
  'the name %s behind %i others is read from the stream',
  (_, __, index) => {
    const leaf = leaves[index];
    expect(JSON.stringify(told.get(leaf?.path ?? ''))).toBe(JSON.stringify({ path: leaf?.path, version: 7, value: leaf?.value }));
  },
);

test('the names of a whole document are read from the stream', () => {
  expect(JSON.stringify(whole?.configuration)).toBe(JSON.stringify(configuration));
});
