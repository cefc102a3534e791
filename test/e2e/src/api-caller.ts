// Requests to a running api, with a token.

export interface ApiCaller {
  /** A request to `/api/v1`, with the token. */
  call(method: string, place: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiResponse>;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ApiAnswer;
}

/** The envelope of every answer, as loosely as a test needs it. */
export interface ApiAnswer {
  readonly success: boolean;
  readonly code?: string;
  // The tests read fields of many shapes; the shapes themselves are held by the api's own specs.
  readonly data: Readonly<Record<string, never>>;
}

/** Rejects when there is no answer at all. */
export function apiCaller(url: string, token: string): ApiCaller {
  return {
    async call(method, place, body, headers = {}) {
      const response = await fetch(`${url}/api/v1${place}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as ApiAnswer };
    },
  };
}

/** What a call came to, and how long it took. */
export interface TimedAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly tookMs: number;
}

/** As `call`, timed. */
export async function answerTo(caller: ApiCaller, method: string, place: string, body?: unknown): Promise<TimedAnswer> {
  const began = performance.now();
  const { status, body: answer } = await caller.call(method, place, body);
  return { status, code: answer.code, tookMs: performance.now() - began };
}
