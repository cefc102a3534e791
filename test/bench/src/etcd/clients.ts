// The clients that etcd is measured with. None encodes more than it must: what differs is how much of HTTP/2 and gRPC is between it and the socket.
import type { EtcdConnection } from './connection.js';
import { FramesConnection } from './frames-client.js';
import { GrpcConnection } from './grpc-client.js';
import { Http2Connection } from './http2-client.js';

/** By what a table calls them. */
export const ETCD_CLIENTS = {
  'node:http2': (url: string): Promise<EtcdConnection> => Http2Connection.open(url),
  'grpc-js': (url: string): Promise<EtcdConnection> => GrpcConnection.open(url),
  'bare frames': (url: string): Promise<EtcdConnection> => FramesConnection.open(url),
} as const;

export type EtcdClientName = keyof typeof ETCD_CLIENTS;

export const ETCD_CLIENT_NAMES = Object.keys(ETCD_CLIENTS) as readonly EtcdClientName[];

/** Aims are ratios to etcd as programs on Node use it. The other two say what of that is the client. */
export const CLIENT_OF_AIMS: EtcdClientName = 'grpc-js';
