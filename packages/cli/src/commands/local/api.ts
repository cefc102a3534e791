// api: calls any operation by method and path, and prints the answer as it came.
import type { FetchedAnswer } from '@confledger/client';
import { BASE, type Failure } from '@confledger/contracts/http';
import { parseJsonText } from '@confledger/document/json-and-paths';
import { CliError, usage } from '../../errors/cli-error.js';
import { EXIT } from '../../errors/exit-codes.js';
import { RefusedByApi } from '../../errors/failure.js';
import { readToken, warnOfPlainHttp } from '../../connection/target.js';
import { nodeFetch } from '../../connection/node-fetch.js';
import type { Given } from '../../grammar/given.js';
import { questionFor } from '../../questions/risk.js';
import type { Session } from '../../session.js';
import { announceTarget, writeHeaders } from '../../writes/guarded.js';
import { dataText } from '../../values/read-input.js';

/** Calls that only read, although they have a body. */
const READS = /\/(?:validate|schema\/what-if|verify)$/;

export async function run(session: Session, given: Given): Promise<void> {
  const [method = '', typed = ''] = given.positionals;
  const data = given.text('data');
  const address = addressOf(session.target.url, typed);
  const isWrite = method !== 'GET' && !READS.test(address.pathname);
  if (isWrite) await confirm(session, given, address);
  const body = data === undefined ? undefined : await dataText(session.io, data);
  const answer = await send(session, { method, address, body, isWrite });
  if (answer.status >= 300) throw await failureOf(answer, `${method} ${address.pathname}`);
  await printBody(session, answer);
}

/** Below the server's own address: a token goes nowhere else. */
function addressOf(server: string, typed: string): URL {
  if (!typed.startsWith('/') || typed.startsWith('//'))
    throw usage('<path> begins with one slash, and names no server.', 'confledger api GET /status');
  const path = typed.startsWith(`${BASE}/`) || /^\/(?:health|openapi\.json)/.test(typed) ? typed : `${BASE}${typed}`;
  return new URL(`${server}${path}`);
}

/** The environment is named in the query or the path; a write that names none is refused, since the api would take production. */
async function confirm(session: Session, given: Given, address: URL): Promise<void> {
  const { pathname, searchParams } = address;
  const inPath = /\/environments\/([^/]+)$/.exec(pathname)?.[1];
  const isOfLedger = pathname.includes('/configurations/');
  const environment = inPath ?? searchParams.get('environment') ?? (isOfLedger ? await session.environment() : null);
  if (isOfLedger && inPath === undefined && environment !== null) searchParams.set('environment', environment);
  announceTarget(session, `${environment === null ? 'the installation' : environment}, ${pathname},`);
  if (environment === null || searchParams.get('dryRun') === 'true') return;
  const question = await questionFor(session, given, environment, true).catch((error: unknown) => {
    // The call itself defines it.
    if (!isOfLedger && error instanceof CliError && error.code === 'ENVIRONMENT_UNDEFINED') return null;
    throw error;
  });
  await question?.put(`Send this to ${environment}?`);
}

interface Request {
  readonly method: string;
  readonly address: URL;
  readonly body: string | undefined;
  readonly isWrite: boolean;
}

async function send(session: Session, { method, address, body, isWrite }: Request): Promise<FetchedAnswer> {
  const warn = (text: string): void => session.warn(text);
  const token = await readToken(session.io, session.target.token, warn);
  await warnOfPlainHttp(session.io, session.target, warn);
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(isWrite ? writeHeaders() : {}),
  };
  try {
    return await nodeFetch(address.href, {
      method,
      headers,
      signal: session.io.signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (session.io.signal.aborted) throw error;
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    const isUnsent = code === 'ECONNREFUSED' || code === 'ENOTFOUND';
    throw new CliError(
      EXIT.unreachable,
      isWrite && !isUnsent ? 'OUTCOME_UNKNOWN' : 'UNREACHABLE',
      `${session.target.url} did not answer: ${code}.`,
    );
  }
}

async function printBody(session: Session, answer: FetchedAnswer): Promise<void> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let last = '\n';
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) break;
    const text = decoder.decode(piece.value, { stream: true });
    if (text !== '') last = text.slice(-1);
    session.print(text);
  }
  if (last !== '\n') session.print('\n');
}

async function failureOf(answer: FetchedAnswer, what: string): Promise<Error> {
  const text = await answer.text();
  try {
    const json = parseJsonText(text);
    if (typeof json === 'object' && json !== null && 'code' in json && 'details' in json)
      return new RefusedByApi(json as Failure, answer.status);
  } catch {
    // Not the api's.
  }
  const isRedirect = answer.status < 400;
  return new CliError(
    answer.status >= 502 ? EXIT.unreachable : EXIT.refused,
    'FOREIGN_ANSWER',
    `${what}: ${isRedirect ? `the answer redirects (${answer.status}), which is not followed` : `the answer is not the api's (status ${answer.status})`}.`,
  );
}
