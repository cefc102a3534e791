// Appends by the public client of EventStoreDB: the peer of whatever we append.
import { EventStoreDBClient, NO_STREAM, binaryEvent } from '@eventstore/db-client';
import type { EventToAppend } from '@confledger/application';

/** What an event is but for its id: every append gets new ones. */
export type EventBytes = Pick<EventToAppend, 'type' | 'data' | 'metadata'>;

/** One stream, appended to behind its exact revision, as ours are. The bytes go as they are: no JSON is made of them anew. */
export class BareStream {
  readonly #client: EventStoreDBClient;
  readonly #name: string;
  readonly #events: readonly { readonly type: string; readonly data: Uint8Array; readonly metadata: Uint8Array }[];
  #revision: bigint | null = null;

  constructor(client: EventStoreDBClient, name: string, events: readonly EventBytes[]) {
    this.#client = client;
    this.#name = name;
    // The client tells bytes from JSON by this very class.
    const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
    this.#events = events.map(({ type, data, metadata }) => ({ type, data: bytes(data), metadata: bytes(metadata) }));
  }

  async append(): Promise<void> {
    const events = this.#events.map((event) => binaryEvent(event));
    const { nextExpectedRevision } = await this.#client.appendToStream(this.#name, events, {
      expectedRevision: this.#revision ?? NO_STREAM,
    });
    this.#revision = nextExpectedRevision;
  }
}

export const bareClient = (url: string): EventStoreDBClient => EventStoreDBClient.connectionString(url);
