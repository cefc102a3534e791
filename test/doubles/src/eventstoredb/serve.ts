// The gRPC server of one node of the EventStoreDB double: the services that clients use, on a port of 127.0.0.1.
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { batchAppend } from './batch-append.js';
import { failed } from './errors.js';
import { gossip } from './gossip.js';
import type { Node } from './node.js';
import { read } from './read.js';

/** A server that listens. */
export interface Served {
  readonly port: number;
  /** Destroys every connection and refuses new ones, at once. */
  stop(): void;
}

/** Serves a node; port 0 is any free one. Rejects when the port is taken. */
export async function serve(node: Node, port: number): Promise<Served> {
  const server = new Server();
  const streams: UntypedServiceImplementation = { read: read(node), batchAppend: batchAppend(node) };
  server.addService(streamsGrpc.StreamsService, streams);
  server.addService(serverFeaturesGrpc.ServerFeaturesService, { getSupportedMethods: supportedMethods(node) });
  server.addService(gossipGrpc.GossipService, { read: gossip(node) });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
  });
  return { port: bound, stop: () => server.forceShutdown() };
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
