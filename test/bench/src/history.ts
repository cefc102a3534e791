// Makes long histories quickly: records and chains events as the command loop does, and appends them a thousand at a time.
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { hmacOf } from '@confledger/api';
import { toAppend, type EventStore, type LedgerReader, type Loaded } from '@confledger/application';
import {
  emptyStream,
  follow,
  ledgerAggregate,
  recordEach,
  signedBy,
  type DraftEvent,
  type LedgerEvent,
  type LedgerStream,
  type LedgerTypes,
  type RecordTools,
} from '@confledger/domain';

const APPEND_EVENTS = 500;

/** Keys for a bench; nothing verifies what they sign. */
export const signer = {
  ...generateKeyPairSync('ed25519'),
  keyId: '0123456789abcdef',
  publicKey: '',
  sign: () => 'A'.repeat(86),
  fingerprint: (text: string) => createHmac('sha256', 'bench').update(text).digest('hex'),
  macKey: '0123456789abcdef',
  mac: hmacOf(Buffer.from('macs of the bench')),
};

const tools: RecordTools<DraftEvent, LedgerEvent> = {
  finish: signedBy(() => ({ keyId: signer.keyId, signature: signer.sign() })),
  schemaVersionOf: ledgerAggregate.schemaVersionOf,
  macOf: (hash) => signer.mac(Buffer.from(hash, 'hex')),
};

export class HistoryWriter {
  #loaded: Loaded<LedgerTypes>;
  readonly #store: EventStore;
  readonly #reader: LedgerReader;

  constructor(store: EventStore, reader: LedgerReader, ledger: string) {
    this.#store = store;
    this.#reader = reader;
    this.#loaded = { stream: emptyStream(`config-${ledger}`), position: 0n, snapshotAt: 0 };
  }

  get stream(): LedgerStream {
    return this.#loaded.stream;
  }

  /** Appends change sets of one event each until the stream ends at `revision`; takes snapshots where the api would. */
  async grow(revision: number, next: (revision: number) => DraftEvent): Promise<void> {
    while (this.#loaded.stream.revision < revision) {
      let { stream } = this.#loaded;
      const events = [];
      while (events.length < APPEND_EVENTS && stream.revision < revision) {
        const draft: DraftEvent =
          stream.revision < 0
            ? { type: 'LedgerCreated', data: { environment: 'production', service: 'engine' } }
            : next(stream.revision + 1);
        const [text] = recordEach(stream, [draft], this.#envelope(stream.revision), tools);
        if (!text) throw new Error('nothing was recorded');
        events.push(toAppend(text));
        stream = follow(ledgerAggregate.apply, stream, text.event);
      }
      const result = await this.#store.append(stream.name, this.#loaded.stream.revision, events);
      if (result.outcome !== 'appended') throw new Error('somebody else writes here');
      this.#loaded = { stream, position: result.position, snapshotAt: this.#loaded.snapshotAt };
      if (!this.#reader.snapshotIsDue(this.#loaded)) continue;
      await this.#reader.saveSnapshot(this.#loaded);
      this.#loaded = { ...this.#loaded, snapshotAt: stream.revision };
    }
  }

  /** One event a second, beginning a year before now. */
  #envelope(revision: number) {
    const actor = { id: 'bench', method: 'token', roles: ['admin'] };
    const now = START + (revision + 1) * 1_000;
    return {
      actor,
      reason: null,
      commandId: randomUUID(),
      fingerprint: 'f'.repeat(64),
      correlationId: 'bench',
      causationId: null,
      traceparent: null,
      changeSetId: randomUUID(),
      now,
    };
  }
}

/** When a history begins, in milliseconds since the epoch. */
export const START = Date.parse('2025-01-01T00:00:00.000Z');
