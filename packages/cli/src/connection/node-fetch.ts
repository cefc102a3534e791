// `fetch` on node:http and node:https: half of the time of the global one, which loads a client of its own.
import http from 'node:http';
import https from 'node:https';
import type { ByteStream, Fetch, FetchedAnswer, FetchInit } from '@confledger/client';

/** Sends one request. Redirects are not followed: their answer is given as it is. Rejects when there is no answer, and when the signal aborts. */
export const nodeFetch: Fetch = (url, init) =>
  new Promise<FetchedAnswer>((resolve, reject) => {
    const { method, headers, signal, body } = init;
    const module = url.startsWith('https:') ? https : http;
    const request = module.request(url, { method, headers: withLength(headers, body), signal });
    request.once('error', (error) => reject(withCode(error)));
    request.once('response', (response) => resolve(answerOf(response)));
    request.end(body);
  });

function withLength(headers: FetchInit['headers'], body: string | undefined): Record<string, string> {
  return { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) };
}

/** The client names the code of a cause, such as ECONNREFUSED, as the global `fetch` gives it. */
function withCode(error: Error): Error {
  return new Error('fetch failed', { cause: error });
}

function answerOf(response: http.IncomingMessage): FetchedAnswer {
  const body = streamOf(response);
  return {
    status: response.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = response.headers[name];
        return value === undefined ? null : [value].flat().join(', ');
      },
    },
    body,
    text: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

function streamOf(response: http.IncomingMessage): ByteStream {
  return {
    getReader: () => {
      const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
      return {
        read: async () => {
          const { done, value } = await pieces.next().catch((error: unknown) => {
            throw error instanceof Error ? withCode(error) : error;
          });
          return { done: done === true, value };
        },
        cancel: async () => {
          response.destroy();
        },
      };
    },
  };
}
