// The event stores that a distributed installation is tried on, each behind a proxy: Postgres, and EventStoreDB (a double that speaks its
// protocol, or the node that CONFLEDGER_TEST_EVENTSTORE_URL names).
import type { EventStore } from '@confledger/application';
import { eventStoreDbCluster, eventStoreDbDouble, type EventStoreDbCluster, type EventStoreDbDouble } from '@confledger/doubles';
import { createEventStoreDbEventStore } from '@confledger/event-store-eventstoredb';
import { createPostgresEventStore } from '@confledger/event-store-postgres';
import { tcpProxy, throughProxy, type TcpProxy } from '@confledger/test-support';
import type { LogRow } from '../log-check.js';
import type { Environment } from './part.js';

/** `cluster` is three members of the double, whatever a variable names: only they can be killed, frozen and cut off. */
export type StoreKind = 'postgres' | 'eventstoredb' | 'cluster';

export interface StoreUnderTest {
  /** What is told of it when a run begins. */
  readonly description: string;
  /** How the parts are told of it. */
  readonly environment: Environment;
  /** Between the parts and it; null where a real cluster is used, which answers with its own addresses. */
  readonly proxy: TcpProxy | null;
  /** For faults that only it can make; null elsewhere. */
  readonly double: EventStoreDbDouble | null;
  readonly cluster: EventStoreDbCluster | null;
  /** Beside the proxy. */
  readonly events: EventStore;
  close(): Promise<void>;
}

const PAGE_EVENTS = 1_000;

export function openStore(kind: StoreKind, databaseUrl: string, namespace: string): Promise<StoreUnderTest> {
  switch (kind) {
    case 'postgres':
      return onPostgres(databaseUrl);
    case 'eventstoredb':
      return onEventStoreDb(namespace);
    case 'cluster':
      return onCluster(namespace);
  }
}

/** Everything that it holds of this installation, in its order. */
export async function rowsOf(events: EventStore): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  for (let after = 0n; ;) {
    const page = await events.readAll({ after, limit: PAGE_EVENTS });
    if (page.length === 0) return rows;
    for (const event of page) rows.push(event);
    after = page.at(-1)?.position ?? after;
  }
}

async function onPostgres(databaseUrl: string): Promise<StoreUnderTest> {
  const proxy = await proxyTo(databaseUrl);
  const events = createPostgresEventStore({ connectionString: databaseUrl });
  return {
    description: 'Postgres',
    environment: { CONFLEDGER_POSTGRES_URL: throughProxy(databaseUrl, proxy) },
    proxy,
    double: null,
    cluster: null,
    events,
    close: async () => {
      await events.close();
      await proxy.close();
    },
  };
}

async function onCluster(namespace: string): Promise<StoreUnderTest> {
  const cluster = await eventStoreDbCluster({ liveBufferEvents: 32 });
  const events = createEventStoreDbEventStore({ connectionString: cluster.connectionString, namespace });
  return {
    description: 'a double of a cluster of EventStoreDB',
    environment: { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: cluster.connectionString },
    proxy: null,
    double: null,
    cluster,
    events,
    close: async () => {
      await events.close();
      await cluster.close();
    },
  };
}

async function onEventStoreDb(namespace: string): Promise<StoreUnderTest> {
  const given = process.env['CONFLEDGER_TEST_EVENTSTORE_URL'] ?? '';
  const double = given === '' ? await eventStoreDbDouble() : null;
  const proxy = double === null ? null : await tcpProxy(double);
  const direct = double?.connectionString ?? given;
  const events = createEventStoreDbEventStore({ connectionString: direct, namespace });
  return {
    description: double === null ? 'the EventStoreDB of CONFLEDGER_TEST_EVENTSTORE_URL' : 'a double of EventStoreDB',
    environment: {
      CONFLEDGER_EVENT_STORE: 'eventstoredb',
      CONFLEDGER_EVENTSTORE_URL: proxy === null ? direct : `esdb://${proxy.host}:${proxy.port}?tls=false`,
    },
    proxy,
    double,
    cluster: null,
    events,
    close: async () => {
      await events.close();
      await proxy?.close();
      await double?.close();
    },
  };
}

export function proxyTo(url: string): Promise<TcpProxy> {
  const { hostname: host, port } = new URL(url);
  return tcpProxy({ host, port: Number(port) });
}
