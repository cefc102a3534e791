// The double as the public calls of `@eventstore/db-client` see it: nothing of our adapter takes part here.
import { randomUUID } from 'node:crypto';
import {
  END,
  EventStoreDBClient,
  NO_STREAM,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  jsonEvent,
  streamNameFilter,
  type Position,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventStoreDbDouble, type EventStoreDbDouble } from './server.js';

describe('the double, as the client of the package sees it', () => {
  let double: EventStoreDbDouble;
  let client: EventStoreDBClient;
  const newStream = (): string => `config-test.${randomUUID()}`;
  const newEvent = (index: number) => jsonEvent({ type: 'ConfigSet', data: { index }, metadata: { index } });
  const events = (count: number) => Array.from({ length: count }, (_, index) => newEvent(index));

  beforeAll(async () => {
    double = await eventStoreDbDouble({ maxAppendSizeBytes: 10_000 });
    client = EventStoreDBClient.connectionString(double.connectionString);
  });
  afterAll(async () => {
    await client.dispose();
    await double.close();
  });

  test('takes appends and answers with revision and position', async () => {
    const stream = newStream();
    const result = await client.appendToStream(stream, events(2), { expectedRevision: NO_STREAM });
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 1n });
    expect(result.position?.commit).toBe(result.position?.prepare);
    await expect(client.appendToStream(stream, events(1), { expectedRevision: 0n })).rejects.toThrow(WrongExpectedVersionError);
  });

  test('answers a repetition with the revision of its own last event', async () => {
    const stream = newStream();
    const two = events(2);
    await client.appendToStream(stream, two, { expectedRevision: NO_STREAM });
    await client.appendToStream(stream, events(1), { expectedRevision: 1n });
    expect((await client.appendToStream(stream, two, { expectedRevision: NO_STREAM })).nextExpectedRevision).toBe(1n);
  });

  test('refuses an append above its limit, and one whose deadline has passed by its own clock', async () => {
    const large = jsonEvent({ type: 'ConfigSet', data: { text: 'x'.repeat(10_000) } });
    const refusal = { type: 'maximum-append-size-exceeded', maxAppendSize: 10_000 };
    await expect(client.appendToStream(newStream(), large)).rejects.toMatchObject(refusal);
    await expect(client.appendToStream(newStream(), events(1), { deadline: -1_000 })).rejects.toMatchObject({ type: 'deadline-exceeded' });
  });

  test('refuses an id that is no UUID', async () => {
    await expect(client.appendToStream(newStream(), [{ ...newEvent(0), id: 'no-uuid' }])).rejects.toMatchObject({ type: 'unknown' });
  });

  test('gives pages of a stream in both directions, and says that a stream is missing', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(5), { expectedRevision: NO_STREAM });
    const revisions = async (options: Parameters<typeof client.readStream>[1]): Promise<number[]> => {
      const found: number[] = [];
      for await (const { event } of client.readStream(stream, options)) found.push(Number(event?.revision));
      return found;
    };
    expect(await revisions({ fromRevision: 1n, maxCount: 2 })).toEqual([1, 2]);
    expect(await revisions({ direction: 'backwards', fromRevision: END, maxCount: 2 })).toEqual([4, 3]);
    await expect(readOne(client, newStream())).rejects.toThrow(StreamNotFoundError);
  });

  test('shows JSON as JSON, and begins its log with events of its own', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(1), { expectedRevision: NO_STREAM });
    const all: string[] = [];
    for await (const { event } of client.readAll({ fromPosition: START })) if (event) all.push(event.streamId);
    expect(all[0]).toMatch(/^\$/);
    const shown = { isJson: true, data: { index: 0 }, metadata: { index: 0 } };
    for await (const { event } of client.readStream(stream)) expect(event).toMatchObject(shown);
  });

  test('refuses a position at which no record begins', async () => {
    const read = async (): Promise<void> => {
      for await (const _ of client.readAll({ fromPosition: { commit: 3n, prepare: 3n } }));
    };
    await expect(read()).rejects.toMatchObject({ code: 2 });
  });

  test('begins a filtered subscription behind the first match at or after its position, as version 24.2 does', async () => {
    const [ours, strangers] = [newStream(), newStream()];
    const append = async (stream: string): Promise<Position> => {
      const { position } = await client.appendToStream(stream, events(1));
      if (position === undefined) throw new Error('The append was answered without a position.');
      return position;
    };
    const [first, foreign] = [await append(ours), await append(strangers)];
    await client.appendToStream(ours, events(2));
    const begin = async (fromPosition: Position): Promise<bigint | undefined> => {
      const subscription = client.subscribeToAll({ fromPosition, filter: streamNameFilter({ prefixes: [ours] }) });
      for await (const { event } of subscription) {
        await subscription.unsubscribe();
        return event?.revision;
      }
      return undefined;
    };
    expect(await begin(first)).toBe(1n);
    expect(await begin(foreign)).toBe(2n);
  });

  test('gives a filtered subscription history, then that it has caught up, then what comes', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(2), { expectedRevision: NO_STREAM });
    const subscription = client.subscribeToAll({ fromPosition: START, filter: streamNameFilter({ prefixes: [stream] }) });
    const seen: string[] = [];
    subscription
      .on('confirmation', () => seen.push('confirmation'))
      .on('caughtUp', () => {
        seen.push('caughtUp');
        void client.appendToStream(stream, events(1), { expectedRevision: 1n });
      });
    for await (const { event } of subscription) {
      seen.push(String(event?.revision));
      if (event?.revision === 2n) break;
    }
    await subscription.unsubscribe();
    // `caughtUp` overtakes events that wait in the client's buffer, so only their own order is certain.
    expect(seen[0]).toBe('confirmation');
    expect(seen.filter((word) => /^\d$/.test(word))).toEqual(['0', '1', '2']);
    expect(seen).toContain('caughtUp');
  });
});

async function readOne(client: EventStoreDBClient, stream: string): Promise<void> {
  for await (const _ of client.readStream(stream));
}
