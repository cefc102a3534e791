// Where the parts find the embedded Postgres: at a socket file in the cluster's directory, which takes a tenth off each round trip, or, where
// there can be none, at its port alone. The port is open in any case, for who looks at the database with a tool.
import path from 'node:path';

/** What systems take as the path of a socket: 104 bytes with the end on macOS, 108 on Linux. */
const SOCKET_PATH_BYTES_MAX = 103;
/** The longest name that Postgres gives a socket file. */
const SOCKET_FILE = '.s.PGSQL.65535';
/** Postgres reads a list of directories: these would part it, or have to be quoted. */
const UNLISTABLE = /[",\n]/;

/** The directory of the socket file of a cluster; null where it cannot have one: its path is too long, or Windows. */
export function socketDirectoryOf(clusterDirectory: string, platform: NodeJS.Platform = process.platform): string | null {
  const directory = path.resolve(clusterDirectory);
  if (platform === 'win32' || UNLISTABLE.test(directory)) return null;
  return Buffer.byteLength(path.join(directory, SOCKET_FILE)) > SOCKET_PATH_BYTES_MAX ? null : directory;
}

/** The host of a connection string: a directory is written with percent signs, so that the string stays a URL. */
export function hostOf(socketDirectory: string | null): string {
  return socketDirectory === null ? '127.0.0.1' : encodeURIComponent(socketDirectory);
}
