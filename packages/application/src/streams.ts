// The streams of an installation, in one table. What filters a log by name, and what reads a log, derives from it.

/** The name of a single stream, or what the names of many streams begin with. */
type StreamName = { readonly name: string } | { readonly prefix: string };

/**
 * All streams, also those that only a later release writes: what this release left out of a filter, it would pass over for ever.
 * Names are a storage format and never change.
 */
export const STREAMS = {
  ledger: { prefix: 'config-' },
  credentials: { prefix: 'credentials-' },
  environments: { name: 'environments' },
  accessControl: { name: 'access-control' },
  proposal: { prefix: 'proposal-' },
  template: { prefix: 'template-' },
  installation: { name: 'installation' },
  keyring: { name: 'keyring' },
  secretAccess: { prefix: 'secret-access-' },
  accessLog: { name: 'access-log' },
  fleet: { prefix: 'fleet-' },
} as const satisfies Readonly<Record<string, StreamName>>;

export type StreamKind = keyof typeof STREAMS;

/** All kinds, in the order of the table. */
export const STREAM_KINDS = Object.keys(STREAMS) as readonly StreamKind[];

/** What the names of a kind's streams begin with: the whole name where there is one stream. */
export function beginningOf(kind: StreamKind): string {
  const entry: StreamName = STREAMS[kind];
  return 'name' in entry ? entry.name : entry.prefix;
}

/** The kind of a stream; null for a name that is not in the table. */
export function kindOfStream(stream: string): StreamKind | null {
  return STREAM_KINDS.find((kind) => isOfKind(stream, STREAMS[kind])) ?? null;
}

function isOfKind(stream: string, entry: StreamName): boolean {
  return 'name' in entry ? stream === entry.name : stream.startsWith(entry.prefix);
}
