// A log as somebody alters it who may write to the database: rows changed, removed, inserted, and hashes computed anew, with nothing of the
// product. What he does not have are the keys.
import { createHash } from 'node:crypto';

/** An event as a store keeps it. */
export interface LogEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface RehashOptions {
  /** The first event that is given a new hash; default the first of the stream. */
  readonly from?: number;
  /** Makes new macs, as somebody with the key could; by default the old ones stay. */
  readonly macOf?: (hash: string) => string;
}

/** The events with the revisions of a stream counted anew from 0, and its hashes, ids and chain computed anew. */
export function rehashed<E extends LogEvent>(events: readonly E[], stream: string, { from = 0, macOf }: RehashOptions = {}): E[] {
  let revision = -1;
  let before: string | null = null;
  return events.map((event) => {
    if (event.stream !== stream) return event;
    revision += 1;
    const made: E = revision < from ? event : withHash({ ...event, revision }, before, macOf);
    before = hashIn(made);
    return made;
  });
}

/** What a store answers that holds exactly these events. */
export function logOf(events: readonly LogEvent[]) {
  const log = [...events].sort((one, other) => Number(one.position - other.position));
  return {
    lastPosition: async () => log.at(-1)?.position ?? 0n,
    readAll: async ({ after, limit }: { readonly after: bigint; readonly limit: number }) =>
      log.filter(({ position }) => position > after).slice(0, limit),
    readStream: async (stream: string, { from = 0, limit }: { readonly from?: number; readonly limit: number }) =>
      log
        .filter((event) => event.stream === stream && event.revision >= from)
        .sort((one, other) => one.revision - other.revision)
        .slice(0, limit),
  };
}

/** The members of an event's metadata, as parsed. */
export function metadataOf({ metadata }: Pick<LogEvent, 'metadata'>): Record<string, unknown> {
  return JSON.parse(metadata) as Record<string, unknown>;
}

/** The stored text of metadata: canonical, with the hash and the mac behind everything else. */
export function metadataText({ hash, mac, ...bare }: Record<string, unknown>): string {
  const ending = mac === undefined ? { hash } : { hash, mac };
  return `${canonical(bare).slice(0, -1)},${JSON.stringify(ending).slice(1)}`;
}

function hashIn(event: LogEvent): string {
  return String(metadataOf(event)['hash']);
}

function withHash<E extends LogEvent>(event: E, previousHash: string | null, macOf: ((hash: string) => string) | undefined): E {
  const { hash: _, mac, ...rest } = metadataOf(event);
  const bare = { ...rest, previousHash };
  const { stream, revision, type, data } = event;
  const covered = `{"data":${data},"metadata":${canonical(bare)},"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`;
  const hash = createHash('sha256').update(covered).digest('hex');
  const newMac = mac !== undefined && macOf !== undefined ? macOf(hash) : mac;
  return { ...event, id: uuid8(hash), metadata: metadataText({ ...bare, hash, ...(newMac !== undefined && { mac: newMac }) }) };
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

function uuid8(hash: string): string {
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
