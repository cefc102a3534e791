// One POST of JSON, bounded in time, on a connection of its own.
import http from 'node:http';
import https from 'node:https';

export interface PostOptions {
  readonly url: URL;
  /** Of the operation: this is a compile error where it is no POST. */
  readonly method: 'POST';
  readonly token: string | null;
  readonly body: string;
  /** Beside content type, length and token. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Resolves to the status of the answer, whose body is not read. Rejects when no answer comes in time. */
export function postJson({ url, method, token, body, headers: more, timeoutMs, signal }: PostOptions): Promise<number> {
  const { request: open } = url.protocol === 'https:' ? https : http;
  const headers = {
    ...more,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers, agent: false, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    request.end(body);
  });
}
