// One call of the list that every mode and every api is asked, and which row of the operations table it is for.
import { BASE, OPERATION_NAMES, OPERATIONS, type ErrorCode, type OperationName } from '@confledger/contracts/http';

/** A request, and what must come of it. */
export interface Call {
  /**
   * Method and address: `GET /status` is below the base, `GET //docs/errors` at the root. A word in braces, here, in headers and in bodies, stands
   * for what an earlier answer held: see `REMEMBERED`.
   */
  readonly request: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  /** Beside the token; an empty one is not sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The code that it is refused with; absent: it succeeds. */
  readonly refused?: ErrorCode;
  /** It changes nothing although it is no GET, such as a dry run: every api is asked. */
  readonly changesNothing?: true;
  /** What differs for a reason, which stands beside it. It is replaced before answers are compared. */
  readonly unlike?: readonly RegExp[];
  /** The call is repeated until its answer holds this. */
  readonly until?: RegExp;
}

/** The first version of `desk`: the revision of the last of its seven leaves. */
export const FIRST = 7;

/** A call that succeeds. */
export function ask(request: string, body?: unknown, more: Omit<Call, 'request' | 'body'> = {}): Call {
  return { request, ...(body === undefined ? {} : { body }), ...more };
}

/** A call that is refused. */
export function refused(code: ErrorCode, request: string, body?: unknown, more: Omit<Call, 'request' | 'body'> = {}): Call {
  return ask(request, body, { ...more, refused: code });
}

/** A call that only says what it would do. It has a key, so that the id of the command is the same from every api. */
export function dryRun(request: string, body: Readonly<Record<string, unknown>> = {}): Call {
  return ask(request, { ...body, dryRun: true }, { headers: { 'idempotency-key': 'dry-run' }, changesNothing: true });
}

/** Method and path of a call, the base included, without a query. */
export function addressOf({ request }: Pick<Call, 'request'>): { readonly method: string; readonly url: string; readonly path: string } {
  const space = request.indexOf(' ');
  const place = request.slice(space + 1);
  const url = place.startsWith('//') ? place.slice(1) : `${BASE}${place}`;
  return { method: request.slice(0, space), url, path: url.split('?', 1)[0] ?? url };
}

/** Whether every api of an installation can be asked, because nothing is changed. */
export function changesNothing(call: Call): boolean {
  return call.refused !== undefined || call.changesNothing === true || ['GET', 'HEAD', 'OPTIONS'].includes(addressOf(call).method);
}

/** The operation that a call is routed to; null where there is none. Fixed words win over parameters. */
export function operationOf(call: Pick<Call, 'request'>): OperationName | null {
  const { method, path } = addressOf(call);
  const segments = path.split('/');
  const matching = OPERATION_NAMES.filter((name) => OPERATIONS[name].method === method && matches(patternOf(name), segments));
  return matching.toSorted((a, b) => fixedWords(b) - fixedWords(a))[0] ?? null;
}

function patternOf(name: OperationName): readonly string[] {
  return `${BASE}${OPERATIONS[name].path}`.split('/');
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((word, index) => word.startsWith('{') || word === segments[index]);
}

function fixedWords(name: OperationName): number {
  return patternOf(name).filter((word) => !word.startsWith('{')).length;
}
