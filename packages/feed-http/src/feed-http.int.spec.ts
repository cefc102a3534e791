// The HTTP feed against the port's suite, over a real server on the loopback.
import type { ActiveDocument } from '@confledger/application';
import { FEED_DOCUMENT_ASKED, FEED_DOCUMENT_HEADER } from '@confledger/contracts';
import { feedConformance, type FeedHarness } from '@confledger/conformance';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpFeed } from './index.js';
import { createHttpFeed } from '@confledger/publisher-http';

feedConformance({ name: 'the HTTP feed', reading: 'document', create: () => create({ knowsHeader: true }) });
// As an api of a release before the header does.
feedConformance({ name: 'the HTTP feed of an api that sends leaves', create: () => create({ knowsHeader: false }) });

async function create({ knowsHeader }: { readonly knowsHeader: boolean }): Promise<FeedHarness> {
  const newest = new Map<string, ActiveDocument>();
  const hub = createHttpFeed({
    installation: 'test',
    load: (ledger) => Promise.resolve(newest.get(ledger) ?? null),
    position: () => 0n,
    beatIntervalMs: 50,
  });
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams;
    const lastEventId = request.headers['last-event-id'];
    void hub.subscribe(`${query.get('environment')}.${query.get('service')}`, {
      response,
      lastEventId: typeof lastEventId === 'string' ? lastEventId : null,
      takesDocument: knowsHeader && request.headers[FEED_DOCUMENT_HEADER] === FEED_DOCUMENT_ASKED,
    });
  });
  const port = await listen(server, 0);
  return {
    feed: httpFeed({ url: `http://127.0.0.1:${port}`, reconnectDelayMsMax: 50 }),
    publish: async (active) => {
      const before = newest.get(active.ledger);
      if (before === undefined || before.activation < active.activation) newest.set(active.ledger, active);
      await hub.publish([active], BigInt(active.activation));
    },
    breakOff: () => stop(server),
    heal: async () => void (await listen(server, port)),
    close: async () => {
      await hub.close();
      if (server.listening) await stop(server);
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
