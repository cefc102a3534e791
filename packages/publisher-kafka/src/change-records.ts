// The records of the topic `<namespace>.changes`: CloudEvents 1.0 in the binary mode of their Kafka binding.
import { formatPosition, parsePosition, type EventPlace, type StoredEvent } from '@confledger/application';
import { parseJsonText } from '@confledger/document';
import type { IHeaders, Message } from 'kafkajs';
import { partitionOf } from '@confledger/feed-kafka/topic';

/** What the source of an event begins with; the installation's id follows. */
const SOURCE_PREFIX = 'urn:confledger:';
/** What the type of an event begins with; its name in the log follows. */
const TYPE_PREFIX = 'com.confledger.';

export function changesTopic(namespace: string): string {
  return `${namespace}.changes`;
}

/** The event as it stands in the log, whole and unread: what is sealed in it stays sealed. */
export function changeMessage(installation: string, event: StoredEvent, partitionCount: number): Message {
  const { id, type, stream, revision, position, data, metadata } = event;
  const { occurredAt, traceparent } = readEnvelope(metadata);
  const headers: IHeaders = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: `${SOURCE_PREFIX}${installation}`,
    ce_type: `${TYPE_PREFIX}${type}`,
    ce_subject: stream,
    'content-type': 'application/json',
    ce_revision: String(revision),
    ce_position: formatPosition(installation, position),
    ce_partitions: String(partitionCount),
  };
  if (occurredAt !== null) headers['ce_time'] = occurredAt;
  if (traceparent !== null) headers['ce_traceparent'] = traceparent;
  // No timestamp of its own: with that of an old event, published late, retention would remove it at once.
  return { key: stream, value: `{"data":${data},"metadata":${metadata}}`, headers, partition: partitionOf(stream, partitionCount) };
}

/** Which event a record is. */
export interface PublishedChange {
  readonly installation: string;
  readonly event: EventPlace;
  readonly position: bigint;
  /** How many partitions the topic had; null where the record does not say. */
  readonly partitions: number | null;
}

/** Null for a record that no publisher of changes wrote. */
export function readChange({ key, headers }: { readonly key: Buffer | null; readonly headers?: IHeaders }): PublishedChange | null {
  const source = textOf(headers?.['ce_source']);
  if (key === null || !source.startsWith(SOURCE_PREFIX)) return null;
  const installation = source.slice(SOURCE_PREFIX.length);
  const parsed = parsePosition(installation, textOf(headers?.['ce_position']));
  const partitions = Number(textOf(headers?.['ce_partitions'])) || null;
  const event = { stream: key.toString('utf8'), revision: Number(textOf(headers?.['ce_revision'])), id: textOf(headers?.['ce_id']) };
  return parsed.ok ? { installation, event, position: parsed.position, partitions } : null;
}

function readEnvelope(metadata: string): { readonly occurredAt: string | null; readonly traceparent: string | null } {
  let envelope: unknown;
  try {
    envelope = parseJsonText(metadata);
  } catch {
    // It is published as it is: verifying the record finds what verifying the log finds.
  }
  const member = (name: string): string | null => {
    const value: unknown = typeof envelope === 'object' && envelope !== null ? Reflect.get(envelope, name) : null;
    return typeof value === 'string' ? value : null;
  };
  return { occurredAt: member('occurredAt'), traceparent: member('traceparent') };
}

function textOf(header: IHeaders[string]): string {
  const first = Array.isArray(header) ? header[0] : header;
  return first?.toString('utf8') ?? '';
}
