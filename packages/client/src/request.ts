// Makes the request of a call from its input and the row of the operations table.
import { operationPath, OPERATIONS, type Operation, type OperationName, type PathParameters } from '@confledger/contracts/http';
import type { FetchInit } from './fetch.js';
import { newIdempotencyKey } from './idempotency-key.js';

type QueryValue = string | number | boolean | undefined;
type Query = Readonly<Record<string, QueryValue | readonly QueryValue[]>>;

/** The input of any call. The parameters of the path are further members. */
export interface AnyInput {
  readonly query?: Query | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: unknown;
}

/** What is sent, but for the signal: the same each time. */
export interface Request extends Pick<FetchInit, 'method' | 'headers' | 'body'> {
  readonly url: string;
  /** Method and address, without the query. */
  readonly address: string;
  /** Null for an operation that takes none. */
  readonly idempotencyKey: string | null;
}

/** Characters that a header can carry: one byte each, and no line break. */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/**
 * Gives what takes an idempotency key a new one, unless the input has one. Throws a TypeError for an empty parameter, half a surrogate pair, or
 * a header with a line break or a character beyond Latin-1.
 */
export function requestOf(
  name: OperationName,
  input: AnyInput,
  { url: base, token }: { readonly url: string; readonly token: string | null },
): Request {
  const { method, changes }: Operation = OPERATIONS[name];
  const { query = {}, headers = {}, body } = input;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const place = `${base}${operationPath(name, input as PathParameters<OperationName>)}`;
  const given = carried(headers);
  const idempotencyKey = changes === 'by-key' ? (given['idempotency-key'] ?? newIdempotencyKey()) : null;
  return {
    method,
    url: `${place}${queryText(query)}`,
    address: `${method} ${place}`,
    idempotencyKey,
    headers: {
      ...given,
      ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
      ...(token === null ? {} : carried({ authorization: `Bearer ${token}` })),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(text === undefined ? {} : { body: text }),
  };
}

function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => (each === undefined ? [] : [[name, String(each)]])),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

function carried(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (!HEADER_VALUE.test(value)) throw new TypeError(`\`${name}\` holds a character that a header cannot carry; use one line of Latin-1`);
    given[name.toLowerCase()] = value;
  }
  return given;
}
