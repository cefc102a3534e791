// The client of the package, opened one level below its public calls. Used by appends, reads and subscriptions; nothing else here knows it.
//
// `@eventstore/db-client` finds the nodes, follows the leader, speaks TLS and authenticates. Its public calls, however, pass each
// event through JSON.parse and JSON.stringify, which moves integer-like names and rewrites numbers: hashes would no longer fit the
// bytes. They also share one table of pending appends among all clients of a process, set deadlines by the client's clock, and
// cannot filter a read of $all. So we use what it offers to subclasses (the stream creator, the call arguments) with the service
// definitions that it ships, and exchange the bytes ourselves, as application/json. Price: the protected methods and `generated/`
// are no public API; the package is pinned, has had its last release, and the double and the conformance suite watch over both.
import { EventStoreDBClient, type Credentials } from '@eventstore/db-client';
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

/** Who a connection says it is. Kept apart from its string, which the package prints in warnings, errors and debug output. */
const credentials = new WeakMap<Connection, Credentials>();
const USER_INFO = /^(?<scheme>[^:]+:\/\/)(?<user>[^:@]+):(?<password>[^@]+)@/;

/** Has methods only: its instances are made by the package's own parser of connection strings, which knows nothing of subclasses. */
export class Connection extends EventStoreDBClient {
  /** Connects when first used. `kurrentdb://` is another name of `esdb://`. The error of a string that is none does not repeat it. */
  static to(connectionString: string): Connection {
    const { scheme = '', user, password } = USER_INFO.exec(connectionString)?.groups ?? {};
    const anonymous = connectionString.replace(USER_INFO, scheme).replace(/^kurrentdb(?=:|\+discover:)/, 'esdb');
    try {
      const connection = Object.setPrototypeOf(EventStoreDBClient.connectionString(anonymous), Connection.prototype) as Connection;
      if (user !== undefined && password !== undefined) {
        credentials.set(connection, { username: decodeURIComponent(user), password: decodeURIComponent(password) });
      }
      return connection;
    } catch (error) {
      // What the parser cannot read it repeats, and that may hold a password in the wrong place. Other errors, of files, are clear.
      const isClear = error instanceof Error && !('connectionString' in error);
      const reason = isClear ? error.message : 'One looks like esdb://user:password@host:2113?tls=true.';
      // oxlint-disable-next-line preserve-caught-error -- the cause would carry the string into every log.
      throw new TypeError(`The connection string of the event store cannot be read. ${reason}`);
    }
  }

  /**
   * Resolves when a server is there that can do what we need; asked once per channel, for all who want to know. Rejects when nobody
   * answers before `deadlineMs` of the first who asked, and then nothing was sent. (The client has such a question too, but keeps
   * an error as the answer for its whole life, and waits for ever.)
   */
  ready(deadlineMs: number): Promise<void> {
    return this.execute(serverFeaturesGrpc.ServerFeaturesClient, 'ready', (client) => {
      const channel = useChannel(this, client);
      const known = readyChannels.get(channel);
      if (known !== undefined) return known;
      const asked = askForBatchAppend(client, ...this.callArguments(callerOf(this), { deadline: Date.now() + deadlineMs }));
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
        return client.batchAppend(...this.callArguments({ ...callerOf(this), requiresLeader: true }, { deadline: Infinity }));
      },
      batchStreams,
    );
    return open();
  }

  /** A page or a subscription. It has no deadline: whoever reads it cancels it when it falls silent, or when they have enough. */
  read(request: streamsPb.ReadReq, options: { readonly requiresLeader: boolean }): Promise<ReadStream> {
    const { requiresLeader } = options;
    const open = this.GRPCStreamCreator(streamsGrpc.StreamsClient, 'read', (client) => {
      useChannel(this, client);
      return client.read(request, ...this.callArguments({ ...callerOf(this), requiresLeader }, { deadline: Infinity }));
    });
    return open();
  }

  /** Cancels what is under way and closes the channel, which `dispose` alone leaves open. */
  async end(): Promise<void> {
    await within(END_TIMEOUT_MS, this.dispose()).catch(() => undefined);
    channels.get(this)?.close();
  }
}

function callerOf(connection: Connection): { credentials?: Credentials } {
  const known = credentials.get(connection);
  return known === undefined ? {} : { credentials: known };
}

function useChannel(connection: Connection, client: Client): Channel {
  const channel = client.getChannel();
  channels.set(connection, channel);
  return channel;
}

function askForBatchAppend(client: serverFeaturesGrpc.ServerFeaturesClient, metadata: Metadata, options: CallOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    client.getSupportedMethods(new sharedPb.Empty(), metadata, options, (error, answer) => {
      const methods = error ? [] : answer.getMethodsList().map((method) => method.getMethodName().toLowerCase());
      if (error) reject(error);
      else if (methods.includes('batchappend')) resolve();
      else reject(new Error('This server has no BatchAppend; EventStoreDB 23.10 or KurrentDB is needed.'));
    });
  });
}
