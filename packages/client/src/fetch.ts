// The part of `fetch` that the client uses, so that callers can pass another implementation.

/** A request. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** A redirect would send the token to another server. */
  readonly redirect: 'manual';
}

/** The body of an answer, piece by piece. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
}

/** An answer whose body has not been read. */
export interface FetchedAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ByteStream | null;
  text(): Promise<string>;
}

/** The `fetch` of browsers and of Node satisfies it. It rejects when there is no answer and when the signal aborts. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchedAnswer>;
