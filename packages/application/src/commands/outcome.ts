// What is asked of a stream of any kind, and what comes of it.
import type { Actor, AggregateTypes, Recorded, RefusalOf, StreamOf } from '@confledger/domain';
import type { Loaded } from '../loading/loaded.js';

/** Who asks, why, and how to tell a repetition. */
export interface CommandRequest<Guards> {
  readonly actor: Actor;
  readonly reason: string | null;
  /** The client's Idempotency-Key; without one the command gets a random id. */
  readonly idempotencyKey?: string;
  /** Canonical JSON of [method, path with query, body]: what two requests with the same key must share. */
  readonly request: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  readonly guards: Guards;
  /** The same answer, nothing written. */
  readonly dryRun?: boolean;
}

/** What a command did to its stream, or why it did nothing. */
export type Outcome<A extends AggregateTypes> =
  | {
      readonly kind: 'done';
      readonly commandId: string;
      /** The answer of an earlier request with the same Idempotency-Key. */
      readonly replayed: boolean;
      readonly dryRun: boolean;
      readonly before: StreamOf<A>;
      readonly after: StreamOf<A>;
      /** Its events; none when there was nothing to do. */
      readonly recorded: readonly Recorded<A['event']>[];
      /** The revision that a word in the command meant; null without one, and in a repeated answer. */
      readonly meant: number | null;
      /** What the decision said beside its events; undefined in a repeated answer, and where nothing was done. */
      readonly notes?: A['notes'] | undefined;
      /** The position of the log that the answer is valid at. */
      readonly position: bigint;
    }
  | {
      readonly kind: 'refused';
      readonly commandId: string;
      readonly refusal: RefusalOf<A>;
      /** What it was decided on; null after too many lost appends. */
      readonly at: Loaded<A> | null;
    };

/** A command that was done. */
export type Done<A extends AggregateTypes> = Extract<Outcome<A>, { kind: 'done' }>;

/**
 * Hears of a command while its append is under way what its outcome will be if that succeeds, but for the position: what its answer needs can
 * be made while the store works. May not be called, and may be called again, when another writer was first.
 */
export type OnDecided<A extends AggregateTypes> = (done: Done<A>) => void;

/** The store did not say whether the command took effect. A repetition with the same Idempotency-Key finds out. */
export class CommandOutcomeUnknown extends Error {
  override readonly name = 'CommandOutcomeUnknown';
  readonly commandId: string;

  constructor(commandId: string, cause: unknown) {
    super(`it is not known whether command ${commandId} took effect`, { cause });
    this.commandId = commandId;
  }
}
