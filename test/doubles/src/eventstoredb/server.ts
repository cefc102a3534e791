// A gRPC server that speaks the EventStoreDB protocol, built on the service definitions that the client's package ships.
// It proves how our adapter handles answers, losses and faults, and nothing about a real node: the adapter's suite runs against both.
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { batchAppend } from './batch-append.js';
import { failed } from './errors.js';
import { Faults } from './faults.js';
import { gossip } from './gossip.js';
import { EventLog } from './log.js';
import type { Node } from './node.js';
import { read } from './read.js';

const MAX_APPEND_SIZE_BYTES_DEFAULT = 1024 * 1024;
const LIVE_BUFFER_EVENTS_DEFAULT = 32;
const SYSTEM_STREAMS = ['$settings', '$$$settings', '$users', '$stats-127.0.0.1:2113'];

export interface EventStoreDbDouble {
  /** `esdb://127.0.0.1:<port>?tls=false` */
  readonly connectionString: string;
  readonly host: string;
  readonly port: number;
  readonly log: EventLog;
  readonly faults: Faults;
  /** How many calls came in, of each kind. */
  readonly counts: Readonly<Node['counts']>;
  /** Subscriptions that are open now. */
  readonly subscriptions: number;
  /** Full pages whose search nobody has ended (`faults.endlessSearches`). */
  readonly searches: number;
  /** Ends every subscription with "consumer too slow". */
  dropSubscriptions(): void;
  /** Kills every connection and refuses new ones. The log stays. */
  shutdown(): void;
  /** Serves again, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface EventStoreDbDoubleOptions {
  /** Bytes of one append; 1 MiB by default, as in version 23.10. */
  readonly maxAppendSizeBytes?: number;
  /** Bytes of one event; none by default, as in version 23.10. */
  readonly maxAppendEventSizeBytes?: number;
  /** Events a live subscription may be behind; 32 by default, as in version 23.10. */
  readonly liveBufferEvents?: number;
}

/** Listens on 127.0.0.1, on a free port. Its log begins with system events, as that of a real node does. */
export async function eventStoreDbDouble(options: EventStoreDbDoubleOptions = {}): Promise<EventStoreDbDouble> {
  const node: Node = {
    log: new EventLog(),
    faults: new Faults(),
    maxAppendSizeBytes: options.maxAppendSizeBytes ?? MAX_APPEND_SIZE_BYTES_DEFAULT,
    maxAppendEventSizeBytes: options.maxAppendEventSizeBytes ?? Infinity,
    liveBufferEvents: options.liveBufferEvents ?? LIVE_BUFFER_EVENTS_DEFAULT,
    subscriptions: new Set(),
    searches: new Set(),
    counts: { appends: 0, reads: 0, subscriptions: 0, features: 0 },
  };
  for (const stream of SYSTEM_STREAMS) appendForeign(node.log, stream);
  let { server, port } = await listen(node, 0);
  return {
    connectionString: `esdb://127.0.0.1:${port}?tls=false`,
    host: '127.0.0.1',
    port,
    log: node.log,
    faults: node.faults,
    counts: node.counts,
    get subscriptions() {
      return node.subscriptions.size;
    },
    get searches() {
      return node.searches.size;
    },
    dropSubscriptions: () => {
      for (const subscription of node.subscriptions) subscription.drop();
    },
    shutdown: () => server.forceShutdown(),
    restart: async () => {
      node.log.forgetRecentIds();
      ({ server, port } = await listen(node, port));
    },
    close: async () => server.forceShutdown(),
  };
}

/** An event that is none of ours: somebody else's stream, or the server's own. */
export function appendForeign(log: EventLog, stream: string): void {
  const text = Buffer.from('{"foreign":true}');
  log.append(stream, 'any', [{ id: crypto.randomUUID(), type: '$foreign', contentType: 'application/json', data: text, metadata: text }]);
}

async function listen(node: Node, port: number): Promise<{ server: Server; port: number }> {
  const server = new Server();
  const streams: UntypedServiceImplementation = { read: read(node), batchAppend: batchAppend(node) };
  server.addService(streamsGrpc.StreamsService, streams);
  server.addService(serverFeaturesGrpc.ServerFeaturesService, { getSupportedMethods: supportedMethods(node) });
  server.addService(gossipGrpc.GossipService, { read: gossip(node, () => ({ host: '127.0.0.1', port: bound })) });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
  });
  return { server, port: bound };
}

type SupportedMethods = serverFeaturesPb.SupportedMethods;

function supportedMethods(node: Node) {
  return (_call: ServerUnaryCall<sharedPb.Empty, SupportedMethods>, answer: sendUnaryData<SupportedMethods>): void => {
    node.counts.features += 1;
    if (node.faults.take('silentFeatures')) return;
    const fault = node.faults.failFeatures;
    if (fault !== undefined && fault.calls > 0) {
      fault.calls -= 1;
      answer(failed(fault.code));
      return;
    }
    const methods = new serverFeaturesPb.SupportedMethods().setEventStoreServerVersion('23.10.0');
    for (const name of ['read', 'batchappend']) {
      const method = new serverFeaturesPb.SupportedMethod();
      methods.addMethods(method.setServiceName('event_store.client.streams.streams').setMethodName(name));
    }
    answer(null, methods);
  };
}
