// The types of all calls: mapped from the operations of the contract, so that no call has a type of its own.
import type { Flag, OperationName, Operations, OperationTable } from '@confledger/contracts/http';
import type { FeedEvent } from './feed.js';

/** Options of one call. */
export interface CallOptions {
  /** Aborts the call, and the stream that it returned; both then reject with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the whole answer may take, with every attempt; of a stream, its beginning. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** How often the request is sent at most. Default: the client's. */
  readonly attemptsMax?: number | undefined;
}

/** Numbers and booleans may be given where the query has them as text. */
type QueryValue<T> = T | (string extends T ? number : never) | (Flag extends T ? boolean : never);
type QueryOf<Q> = { readonly [P in keyof Q]: QueryValue<Q[P]> };

/** A part of a request, optional when all of its members are. */
type Part<K extends string, T> = {} extends T ? { readonly [P in K]?: T | undefined } : { readonly [P in K]: T };
type QueryPart<Q> = keyof Q extends never ? { readonly query?: undefined } : Part<'query', QueryOf<Q>>;
type BodyPart<B> = [B] extends [null] ? { readonly body?: undefined } : undefined extends B ? { readonly body?: B } : { readonly body: B };

/** What asks for another form of body or answer than the types say. */
type OtherForms = 'raw' | 'content' | 'prefer';

/** Input of a call: the parameters of the path by name, `query`, `headers` and `body`. */
export type CallInput<N extends OperationName> = Operations[N]['parameters'] &
  QueryPart<Omit<Operations[N]['query'], OtherForms>> &
  Part<'headers', Omit<Operations[N]['headers'], OtherForms>> &
  BodyPart<Operations[N]['body']>;

/** Status and headers of an answer. */
export interface HttpFacts {
  readonly status: number;
  /** The entity tag, with its quotes, to be sent as `if-match`. */
  readonly etag: string | null;
  /** True when the request repeats an `idempotency-key` and this is the first answer again. */
  readonly replayed: boolean;
  readonly requestId: string | null;
}

/** The answer (304) to a read whose `if-none-match` names the current entity tag. */
export interface NotModified {
  readonly data: null;
  readonly http: HttpFacts;
}

/** Plain text, such as metrics. */
export interface TextAnswer {
  readonly text: string;
  readonly http: HttpFacts;
}

/** The feed. One of the two is read. Leaving the loop closes it; what is never read is closed by the call's signal. */
export interface StreamAnswer {
  /** Its events. The loop ends when the api ends the feed, and resumes what breaks off. Throws NoAnswer when it cannot be resumed in time. */
  readonly events: AsyncIterable<FeedEvent>;
  /** Its text, piece by piece, as it is sent. Throws NoAnswer when the connection breaks. */
  readonly stream: AsyncIterable<string>;
  readonly http: HttpFacts;
}

/**
 * A verification or a what-if, line by line. The loop over it ends behind the result. It throws NoAnswer when the answer ends without one, or the
 * connection breaks, ApiError behind a line of kind `failed`, and AnswerTooLarge. Leaving the loop closes it.
 */
export interface LinesAnswer<L> {
  readonly lines: AsyncIterable<L>;
  readonly http: HttpFacts;
}

/** The members of the answer's JSON (`data` where it has the envelope), and `http`. */
export type Reply<N extends OperationName> = OperationTable[N] extends { readonly answers: 'stream' }
  ? StreamAnswer
  : OperationTable[N] extends { readonly answers: 'text' }
    ? TextAnswer
    : OperationTable[N] extends { readonly answers: 'lines' }
      ? LinesAnswer<Operations[N]['answer']>
      : Operations[N]['answer'] & { readonly http: HttpFacts };

type SimpleCall<N extends OperationName> =
  {} extends CallInput<N>
    ? (input?: CallInput<N>, options?: CallOptions) => Promise<Reply<N>>
    : (input: CallInput<N>, options?: CallOptions) => Promise<Reply<N>>;

interface ConditionalCall<N extends OperationName> {
  (
    input: CallInput<N> & { readonly headers?: { readonly 'if-none-match'?: undefined } | undefined },
    options?: CallOptions,
  ): Promise<Reply<N>>;
  (input: CallInput<N>, options?: CallOptions): Promise<Reply<N> | NotModified>;
}

type ItemOf<A> = A extends { readonly data: { readonly items: readonly (infer I)[] } } ? I : never;

/**
 * All items of a list, from the page of `cursor` on. Each page is a call of its own, asked for when the loop comes to it, so that a loop that is
 * left leaves nothing behind. Throws what a call rejects with.
 */
export interface AllItems<N extends OperationName> {
  readonly all: {} extends CallInput<N>
    ? (input?: CallInput<N>, options?: CallOptions) => AsyncIterable<ItemOf<Operations[N]['answer']>>
    : (input: CallInput<N>, options?: CallOptions) => AsyncIterable<ItemOf<Operations[N]['answer']>>;
}

/** One call. Rejects with a `CallError`, with the reason of the caller's signal, or with a TypeError when no request can carry the input. */
export type Call<N extends OperationName> = (OperationTable[N]['method'] extends 'GET'
  ? 'if-none-match' extends keyof Operations[N]['headers']
    ? ConditionalCall<N>
    : SimpleCall<N>
  : SimpleCall<N>) &
  (OperationTable[N] extends { readonly paged: true } ? AllItems<N> : unknown);

/** A call for every operation, by its name. */
export type Client = { readonly [N in OperationName]: Call<N> };
