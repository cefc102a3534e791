// One server as this process uses it: a channel, every call that is open on it, and the end of all of them at once.
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { Channel, type ClientDuplexStream, type ClientReadableStream } from '@grpc/grpc-js';
import { ServerUnfit } from './failures.js';
import { addressOf, type Endpoint, type Servers } from './connection-string.js';

export type BatchStream = ClientDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>;
export type ReadStream = ClientReadableStream<streamsPb.ReadResp>;

export class ServerNode {
  readonly endpoint: Endpoint;
  readonly #servers: Servers;
  readonly #channel: Channel;
  readonly #streams: streamsGrpc.StreamsClient;
  readonly #features: serverFeaturesGrpc.ServerFeaturesClient;
  readonly #open = new Set<BatchStream | ReadStream>();
  #batch: BatchStream | undefined;
  #isLeft = false;

  constructor(endpoint: Endpoint, servers: Servers) {
    this.endpoint = endpoint;
    this.#servers = servers;
    const address = addressOf(endpoint);
    this.#channel = new Channel(address, servers.channelCredentials, servers.channelOptions);
    const options = { channelOverride: this.#channel };
    this.#streams = new streamsGrpc.StreamsClient(address, servers.channelCredentials, options);
    this.#features = new serverFeaturesGrpc.ServerFeaturesClient(address, servers.channelCredentials, options);
  }

  /** True once `leave` was called: nothing more is answered here. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /**
   * Asks what the server can do. Rejects when it does not answer within `timeoutMs` (DEADLINE_EXCEEDED), or cannot append in batches.
   * Also shows whether the server answers at all: the question costs it nothing.
   */
  capabilities(timeoutMs: number): Promise<void> {
    const headers = this.#servers.headers({ requiresLeader: false });
    return new Promise((resolve, reject) => {
      this.#features.getSupportedMethods(new sharedPb.Empty(), headers, { deadline: Date.now() + timeoutMs }, (error, answer) => {
        const methods = error ? [] : answer.getMethodsList().map((method) => method.getMethodName().toLowerCase());
        if (error) reject(error);
        else if (methods.includes('batchappend')) resolve();
        else reject(new ServerUnfit('This server has no BatchAppend; EventStoreDB 23.10 or KurrentDB is needed.'));
      });
    });
  }

  /** The stream of messages that all appends share; it stays open until it breaks. No deadline: each append has a timer of its own. */
  batchAppend(): BatchStream {
    if (this.#batch !== undefined) return this.#batch;
    const stream = this.#streams.batchAppend(this.#servers.headers({ requiresLeader: true }), { deadline: Infinity });
    this.#batch = this.#track(stream);
    return stream;
  }

  /** A page or a subscription. No deadline: its reader cancels it when the server falls silent, or when it has enough. */
  read(request: streamsPb.ReadReq, { requiresLeader }: { readonly requiresLeader: boolean }): ReadStream {
    return this.#track(this.#streams.read(request, this.#servers.headers({ requiresLeader }), { deadline: Infinity }));
  }

  /** Cancels every call, which rejects or ends each of them, and closes the channel. Idempotent. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    // Closing a channel does not end the calls that have started on it.
    for (const stream of this.#open) cancel(stream);
    this.#channel.close();
  }

  #track<S extends BatchStream | ReadStream>(stream: S): S {
    this.#open.add(stream);
    const forget = (): void => {
      this.#open.delete(stream);
      if (this.#batch === stream) this.#batch = undefined;
    };
    stream.on('error', forget).on('end', forget).on('close', forget);
    if (this.#isLeft) cancel(stream);
    return stream;
  }
}

/**
 * Ends a call that is no longer read. A paused one never comes to its end, and one that began in this turn cannot be cancelled yet
 * (grpc-node#1652).
 */
export function cancel(stream: BatchStream | ReadStream): void {
  stream.removeAllListeners('data');
  stream.resume();
  setImmediate(() => stream.cancel());
}
