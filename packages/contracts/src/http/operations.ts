// The operations of the HTTP API: one table from which the api makes its routes and its OpenAPI document, and clients their requests.
// A plain table without run-time imports beside it, so that a browser can load it.
import { INSTALLATION_OPERATIONS } from './operations-of-installations.js';
import { LEDGER_OPERATIONS } from './operations-of-ledgers.js';
import type { Exchanges } from './exchanges.js';

/** The base of all operations. */
export const BASE = '/api/v1';

/**
 * What a caller must be allowed to do. `open` needs no token. `read` sees everything but secrets, `report` says what a node runs, `write`
 * changes documents and tags, `activate` decides what nodes run, `administer` changes the installation itself. A write that also activates
 * is a `write` here. The token of a trading node has `read` and `report`, every other token all of them.
 */
export type Access = 'open' | 'read' | 'report' | 'write' | 'activate' | 'administer';

/** One row of the table. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the base, as in OpenAPI: `/configurations/{service}`. Fixed words win over parameters. */
  readonly path: string;
  readonly access: Access;
  /** What the access is asked for: one ledger, which the request names by `service` and `environment`, or the installation. */
  readonly about: 'ledger' | 'installation';
  /** The heading that the documentation shows it under. */
  readonly group: string;
  readonly summary: string;
  /**
   * How it answers when it works. Absent: JSON in the envelope `{ success, data, timestamp }`. `bare`: JSON without the envelope, whatever the
   * status. `text`: plain text. `stream`: server-sent events until one side ends them. `lines`: one JSON value a line, until the last one or until the client
   * leaves; what the answer type describes is one line.
   */
  readonly answers?: 'bare' | 'text' | 'stream' | 'lines';
  /**
   * What a repeated request does. Absent: the operation changes nothing. `by-key`: it is carried out once for one `idempotency-key`. `same`: it
   * leaves what the first one left. `again`: it would change something again.
   */
  readonly changes?: 'by-key' | 'same' | 'again';
  /** The answer is one page of a list, and `next` the cursor of the page behind it. */
  readonly paged?: true;
}

/** Holds what a row says at run time to the types of its requests. */
type Row<E extends Exchanges[keyof Exchanges]> = Operation &
  ('idempotency-key' extends keyof E['headers'] ? { readonly changes: 'by-key' } : { readonly changes?: 'same' | 'again' }) &
  ('cursor' extends keyof E['query'] ? { readonly paged: true } : { readonly paged?: never });

/** Every operation by its name, which is its operationId in the OpenAPI document. */
export const OPERATIONS = { ...LEDGER_OPERATIONS, ...INSTALLATION_OPERATIONS } satisfies {
  readonly [N in keyof Exchanges]: Row<Exchanges[N]>;
};

/** The name of an operation. */
export type OperationName = keyof typeof OPERATIONS;

/** The rows, as the compiler knows them. */
export type OperationTable = typeof OPERATIONS;

/** Every name, in the order of the table. */
export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly OperationName[];

type NamesIn<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

/** The values of the parameters in the path of an operation, not yet encoded. */
export type PathParameters<N extends OperationName> = { readonly [P in NamesIn<OperationTable[N]['path']>]: string };

/** What a request of each operation holds, and what its answer does. */
export type Operations = { readonly [N in OperationName]: Exchanges[N] & { readonly parameters: PathParameters<N> } };

/**
 * The path of an operation, base included, with its parameters percent-encoded. Throws a TypeError for a value that no URL can carry as one
 * segment: nothing, `.` and `..`, which every URL parser takes away, and half a surrogate pair.
 */
export function operationPath<N extends OperationName>(name: N, parameters: PathParameters<N>): string {
  const values: Readonly<Record<string, string>> = parameters;
  const path = OPERATIONS[name].path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => segmentOf(parameter, values[parameter]));
  return `${BASE}${path}`;
}

function segmentOf(parameter: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new TypeError(`\`${parameter}\` is empty; give the text that stands in the URL`);
  if (value === '.' || value === '..') throw new TypeError(`\`${parameter}\` is '${value}', which a URL cannot carry as one segment`);
  if (!isWellFormed(value)) throw new TypeError(`\`${parameter}\` holds half a surrogate pair, which a URL cannot carry`);
  return encodeURIComponent(value);
}

function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}
