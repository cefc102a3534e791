// The few messages of etcd's gRPC interface that the benchmarks send and read, encoded by hand: no client library decides what a put costs.

/** Where a put and a watch are asked for. */
export const PUT_PATH = '/etcdserverpb.KV/Put';
export const WATCH_PATH = '/etcdserverpb.Watch/Watch';

/** What precedes each message of gRPC: a byte "not compressed" and the length in four bytes. */
const PREFIX_BYTES = 5;
const BYTES_FIELD = 2;
const EVENTS_FIELD = 11;

/** A key and a value as etcd's PutRequest; both have fewer than 128 bytes. */
export function putRequest(key: string, value: string): Buffer {
  return Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, Buffer.from(value))]);
}

/** A WatchRequest that creates a watch of one key. */
export function watchRequest(key: string): Buffer {
  return bytesField(1, bytesField(1, Buffer.from(key)));
}

/** Whether a WatchResponse has events; the first one only says that the watch was created. */
export function hasEvents(response: Buffer): boolean {
  for (let at = 0; at < response.length;) {
    const tag = varint(response, at);
    if (tag.value >> 3 === EVENTS_FIELD) return true;
    const first = varint(response, tag.end);
    at = (tag.value & 7) === BYTES_FIELD ? first.end + first.value : first.end;
  }
  return false;
}

/** A message with its prefix, as it is in a DATA frame. */
export function prefixed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Collects the bytes of a stream and hands over whole messages, without their prefix. */
export function messages(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + rest.readUInt32BE(1);
      if (rest.length < end) return;
      onMessage(rest.subarray(PREFIX_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}

function bytesField(field: number, bytes: Buffer): Buffer {
  if (bytes.length > 127) throw new RangeError(`field ${field} has ${bytes.length} bytes; the benchmarks encode at most 127`);
  return Buffer.concat([Buffer.from([(field << 3) | BYTES_FIELD, bytes.length]), bytes]);
}

/** Numbers of more than 53 bits lose their low bits: only tags and lengths are read exactly. */
function varint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = at;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[end] ?? 0;
    value += (byte & 127) * factor;
    end += 1;
    if (byte < 128) return { value, end };
  }
}
