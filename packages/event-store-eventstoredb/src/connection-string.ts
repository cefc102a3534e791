// Reads the connection string of an event store: which servers to ask, how to secure the channel, and who we are.
// The package parses the string; channels and calls are ours, because its client ends the process when no member leads (connection.ts).
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { parseConnectionString, type ConnectionOptions } from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import { credentials, Metadata, type ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';

/** The HTTP address of one server. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port` */
export const addressOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

/** What a connection string says, without the credentials in clear. */
export interface Servers {
  /** Those that the string names, in its order. */
  readonly seeds: readonly Endpoint[];
  /** True when the leader is to be found by gossip; false for one server that is used as it is. */
  readonly discovers: boolean;
  readonly channelCredentials: ChannelCredentials;
  readonly channelOptions: ChannelOptions;
  /** Headers of a call: the connection's name, the user, and whether only the leader may answer. */
  headers(options: { readonly requiresLeader: boolean }): Metadata;
}

const USER_INFO = /^(?<scheme>[^:]+:\/\/)(?<user>[^:@]+):(?<password>[^@]+)@/;
/** A server writes events of up to 16 MiB; the rest is their envelope. */
const RECEIVED_BYTES_MAX = 17 * 1024 * 1024;
const KEEP_ALIVE_MS_DEFAULT = 10_000;

/**
 * Throws a TypeError for a string that cannot be read; its message does not repeat the string. `kurrentdb://` is another name of `esdb://`.
 * Ignored are the options of the package's own discovery and its node preference: the leader is always used.
 */
export function readConnectionString(connectionString: string): Servers {
  const { scheme = '', user, password } = USER_INFO.exec(connectionString)?.groups ?? {};
  // The package prints the string in warnings and errors: it never sees the user.
  const anonymous = connectionString.replace(USER_INFO, scheme).replace(/^kurrentdb(?=:|\+discover:)/, 'esdb');
  const options = parsed(anonymous);
  // Without TLS anybody on the way could read the password, and a server without TLS asks for none.
  const authorization =
    options.tls === false || user === undefined || password === undefined
      ? undefined
      : `Basic ${Buffer.from(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`).toString('base64')}`;
  const connectionName = options.connectionName ?? randomUUID();
  return {
    seeds: options.hosts.map(({ address, port }) => ({ host: address, port })),
    discovers: options.dnsDiscover || options.hosts.length > 1,
    channelCredentials: channelCredentialsOf(options),
    channelOptions: channelOptionsOf(options),
    headers({ requiresLeader }) {
      const headers = new Metadata();
      headers.set('connection-name', connectionName);
      if (requiresLeader) headers.set('requires-leader', 'true');
      if (authorization !== undefined) headers.set('authorization', authorization);
      return headers;
    },
  };
}

function parsed(anonymous: string): ConnectionOptions {
  try {
    return parseConnectionString(anonymous);
  } catch {
    // Without its cause, which carries the string into every log, and with it a password in the wrong place.
    throw new TypeError('The connection string of the event store cannot be read. One looks like esdb://user:password@host:2113?tls=true.');
  }
}

function channelCredentialsOf({ tls, tlsCAFile, userCertFile, userKeyFile }: ConnectionOptions): ChannelCredentials {
  if (tls === false) return credentials.createInsecure();
  if ((userCertFile === undefined) !== (userKeyFile === undefined)) {
    throw new TypeError('The connection string of the event store names only one of userCertFile and userKeyFile. Name both or none.');
  }
  return credentials.createSsl(fileOf('tlsCAFile', tlsCAFile), fileOf('userKeyFile', userKeyFile), fileOf('userCertFile', userCertFile));
}

function fileOf(option: string, file: string | undefined): Buffer | null {
  if (file === undefined) return null;
  const resolved = path.resolve(file);
  if (existsSync(resolved)) return readFileSync(resolved);
  throw new TypeError(
    `The connection string of the event store names the certificate file ${resolved} in ${option}, which does not exist.`,
  );
}

function channelOptionsOf({
  keepAliveInterval = KEEP_ALIVE_MS_DEFAULT,
  keepAliveTimeout = KEEP_ALIVE_MS_DEFAULT,
}: ConnectionOptions): ChannelOptions {
  return {
    // -1 sends none, here as in the string.
    'grpc.keepalive_time_ms': keepAliveInterval,
    ...(keepAliveTimeout < 0 ? {} : { 'grpc.keepalive_timeout_ms': keepAliveTimeout }),
    'grpc.max_receive_message_length': RECEIVED_BYTES_MAX,
    // Channels share their connections, and the pauses between attempts to connect, with all others of the process to the same address:
    // a channel that replaces a broken one would inherit what is broken.
    'grpc.use_local_subchannel_pool': 1,
  };
}
