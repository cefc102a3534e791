// The client of the package, opened one level below its public calls. Used by appends, reads and subscriptions; nothing else here knows it.
//
// `@eventstore/db-client` finds the nodes, follows the leader, speaks TLS and authenticates. Its public calls, however, pass each
// event through JSON.parse and JSON.stringify, which moves integer-like names and rewrites numbers: hashes would no longer fit the
// bytes. They also share one table of pending appends among all clients of a process, set deadlines by the client's clock, and
// cannot filter a read of $all. So we use what it offers to subclasses (the stream creator, the call arguments) with the service
// definitions that it ships, and exchange the bytes ourselves, as application/json. Price: the protected methods and `generated/`
// are no public API; the package is pinned, has had its last release, and the double and the conformance suite watch over both.
import { EventStoreDBClient } from '@eventstore/db-client';
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { CallOptions, Client, ClientDuplexStream, ClientReadableStream, Metadata } from '@grpc/grpc-js';
import { within } from './failures.js';

export type BatchStream = ClientDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>;
export type ReadStream = ClientReadableStream<streamsPb.ReadResp>;

/** The open batch stream of each channel; one channel carries all appends of a connection. */
const batchStreams = new WeakMap<Client, BatchStream | Promise<BatchStream>>();
type Channel = ReturnType<Client['getChannel']>;
/** The channel that a connection used last; it closes those before by itself. */
const channels = new WeakMap<Connection, Channel>();
/** Channels whose server has answered that it can do what we need, or is being asked. */
const readyChannels = new WeakMap<Channel, Promise<void>>();
/** How long `end` waits for calls to say that they are cancelled. */
const END_TIMEOUT_MS = 1_000;

/** Has methods only: its instances are made by the package's own parser of connection strings, which knows nothing of subclasses. */
export class Connection extends EventStoreDBClient {
  /** Connects when first used. `kurrentdb://` is another name of `esdb://`. The error of a string that is none does not repeat it. */
  static to(connectionString: string): Connection {
    try {
      const client = EventStoreDBClient.connectionString(connectionString.replace(/^kurrentdb(?=:|\+discover:)/, 'esdb'));
      return Object.setPrototypeOf(client, Connection.prototype) as Connection;
    } catch {
      // The parser's message repeats what it could not read, and that can be the password.
      throw new TypeError('The connection string of the event store cannot be read; one looks like esdb://user:password@host:2113?tls=true.');
    }
  }

  /**
   * Resolves when a server is there that can do what we need; asked once per channel, for all who want to know. Rejects when nobody
   * answers before `deadlineMs` of the first who asked, and then nothing was sent. (The client has such a question too, but keeps an error as the answer for its whole life, and waits for ever.)
   */
  ready(deadlineMs: number): Promise<void> {
    return this.execute(serverFeaturesGrpc.ServerFeaturesClient, 'ready', (client) => {
      const channel = useChannel(this, client);
      const known = readyChannels.get(channel);
      if (known !== undefined) return known;
      const asked = askForBatchAppend(client, ...this.callArguments({}, { deadline: Date.now() + deadlineMs }));
      readyChannels.set(channel, asked);
      asked.catch(() => readyChannels.delete(channel));
      return asked;
    });
  }

  /** The stream of messages that all appends share; it stays open until it breaks. */
  batchAppend(): Promise<BatchStream> {
    const open = this.GRPCStreamCreator(
      streamsGrpc.StreamsClient,
      'batchAppend',
      // No deadline: this stream lives as long as its channel. Each append has a timer of its own.
      (client: streamsGrpc.StreamsClient) => {
        useChannel(this, client);
        return client.batchAppend(...this.callArguments({ requiresLeader: true }, { deadline: Infinity }));
      },
      batchStreams,
    );
    return open();
  }

  /** A page ends by itself or at its deadline; a subscription has none. */
  read(request: streamsPb.ReadReq, options: { readonly requiresLeader: boolean; readonly deadlineMs?: number }): Promise<ReadStream> {
    const { requiresLeader, deadlineMs } = options;
    const deadline = deadlineMs === undefined ? Infinity : Date.now() + deadlineMs;
    const open = this.GRPCStreamCreator(streamsGrpc.StreamsClient, 'read', (client) => {
      useChannel(this, client);
      return client.read(request, ...this.callArguments({ requiresLeader }, { deadline }));
    });
    return open();
  }

  /** Cancels what is under way and closes the channel, which `dispose` alone leaves open. */
  async end(): Promise<void> {
    await within(END_TIMEOUT_MS, this.dispose()).catch(() => undefined);
    channels.get(this)?.close();
  }
}

function useChannel(connection: Connection, client: Client): Channel {
  const channel = client.getChannel();
  channels.set(connection, channel);
  return channel;
}

function askForBatchAppend(client: serverFeaturesGrpc.ServerFeaturesClient, metadata: Metadata, options: CallOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    client.getSupportedMethods(new sharedPb.Empty(), metadata, options, (error, answer) => {
      const methods = answer?.getMethodsList().map((method) => method.getMethodName().toLowerCase());
      if (error) reject(error);
      else if (methods?.includes('batchappend') === true) resolve();
      else reject(new Error('This server has no BatchAppend; EventStoreDB 23.10 or KurrentDB is needed.'));
    });
  });
}
