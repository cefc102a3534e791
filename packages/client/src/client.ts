// A client of the HTTP API, for Node and browsers. Its calls are made from the operations table.
import { baseUrl, OPERATION_NAMES, OPERATIONS, type Operation, type OperationName } from '@confledger/contracts/http';
import type { CallOptions, Client } from './calls.js';
import { Deadline } from './deadline.js';
import type { Fetch } from './fetch.js';
import { feedReply, linesReply, type Opened } from './open-answers.js';
import { allItems } from './pages.js';
import { requestOf, type AnyInput } from './request.js';
import { send, type Answer, type Sending } from './send.js';

/** Default of `timeoutMs`. */
export const CALL_TIMEOUT_MS = 30_000;

/** Where the api is, and how it is called. */
export interface ClientOptions {
  /** Where the api is, such as `http://127.0.0.1:8011`; a path before `/api/v1` may follow. */
  readonly url: string;
  /** The bearer token. It is sent to `url` only: redirects are not followed. Default: no token. */
  readonly token?: string | null;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
  /** Milliseconds that a whole answer may take, with every attempt; of a stream, its beginning. Default 30 s. */
  readonly timeoutMs?: number;
  /** How often a request is sent at most. Default: as often as `timeoutMs` allows. 1: nothing is repeated. */
  readonly attemptsMax?: number;
}

type Connection = Required<ClientOptions>;

/**
 * Makes a client with one call for each operation. Throws a TypeError for a `url` that is not http(s) or holds credentials. A call repeats its
 * request, the same each time, after failures of the network and answers that say so, until `timeoutMs` is over.
 */
export function createClient(options: ClientOptions): Client {
  const {
    token = null,
    fetch = (url, init) => globalThis.fetch(url, init),
    timeoutMs = CALL_TIMEOUT_MS,
    attemptsMax = Number.POSITIVE_INFINITY,
  } = options;
  const connection: Connection = { url: baseUrl(options.url), token, fetch, timeoutMs, attemptsMax };
  return Object.freeze(Object.fromEntries<unknown>(OPERATION_NAMES.map((name) => [name, callOf(connection, name)]))) as Client;
}

function callOf(connection: Connection, name: OperationName): unknown {
  const { paged }: Operation = OPERATIONS[name];
  const make = (input: AnyInput = {}, how: CallOptions = {}): Promise<unknown> => call(connection, name, input, how);
  if (paged === undefined) return make;
  const all = (input: AnyInput = {}, how: CallOptions = {}): AsyncIterable<unknown> =>
    allItems((page) => exchange(connection, name, page, how), input);
  return Object.assign(make, { all });
}

async function call(connection: Connection, name: OperationName, input: AnyInput, how: CallOptions): Promise<unknown> {
  const { answers }: Operation = OPERATIONS[name];
  const opened = await exchange(connection, name, input, how);
  const { http, members, body } = opened;
  if (body === null) return { ...members, http };
  if (answers === 'lines') return linesReply(opened, body);
  const again = (lastEventId: string | null): Promise<Opened> =>
    exchange(connection, name, { ...input, headers: { ...input.headers, 'last-event-id': lastEventId ?? undefined } }, how);
  const lastEventId = input.headers?.['last-event-id'] ?? null;
  return feedReply(opened, body, { lastEventId, again, timeoutMs: how.timeoutMs ?? connection.timeoutMs });
}

/** One request until it is answered. What stays open keeps the caller's signal until `end`. */
async function exchange(connection: Connection, name: OperationName, input: AnyInput, how: CallOptions): Promise<Opened> {
  const sending = sendingOf(connection, name, input, how);
  const { deadline, signal } = sending;
  const answer: Answer = await send(sending).catch((error: unknown) => {
    deadline.end();
    throw error;
  });
  if (answer.body === null) deadline.end();
  else deadline.stopTimer();
  return { ...answer, signal, end: () => deadline.end() };
}

function sendingOf(connection: Connection, name: OperationName, input: AnyInput, how: CallOptions): Sending {
  const { signal, timeoutMs = connection.timeoutMs, attemptsMax = connection.attemptsMax } = how;
  const { fetch, token } = connection;
  const request = requestOf(name, input, connection);
  return { name, request, deadline: new Deadline(timeoutMs, signal), signal, timeoutMs, attemptsMax, fetch, token };
}
