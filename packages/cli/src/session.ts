// What a command works with: outputs, the client of the chosen server, the ledger that is meant. Everything is found when it is asked for.
import { createClient, type Client } from '@confledger/client';
import type { Io } from './io.js';
import type { Given } from './grammar/given.js';
import { nodeFetch } from './connection/node-fetch.js';
import { readToken, targetOf, warnOfPlainHttp, type Target } from './connection/target.js';
import { usage } from './errors/cli-error.js';
import { paintFor, type Paint } from './output/paint.js';
import { environmentsThatExist, servicesThatExist } from './connection/what-exists.js';

export type Form = 'table' | 'json' | 'ndjson';

/** The ledger that a command is about. */
export interface LedgerName {
  readonly environment: string;
  readonly service: string;
}

const MS_PER_SECOND = 1_000;
/** A server that restarts is waited for; a person is not kept for half a minute by one that is away. */
const ATTEMPTS_MAX = 4;

export class Session {
  readonly io: Io;
  readonly form: Form;
  /** For standard output, and for standard error. */
  readonly paint: Paint;
  readonly paintErr: Paint;
  readonly #given: Given;
  #target: Target | undefined;
  #client: Promise<Client> | undefined;

  constructor(io: Io, given: Given) {
    this.io = io;
    this.#given = given;
    this.form = (given.text('output') as Form | undefined) ?? 'table';
    this.paint = paintFor(io, io.out);
    this.paintErr = paintFor(io, io.err);
  }

  /** Text of a result. */
  print(text: string): void {
    this.io.out.write(text);
  }

  /** A line for people beside the result. */
  say(text: string): void {
    this.io.err.write(`${text}\n`);
  }

  warn(text: string): void {
    this.say(`${this.paintErr('yellow', 'warning:')} ${text}`);
  }

  /** The width that tables are cut to; null where they are whole. */
  get tableColumns(): number | null {
    return this.io.out.isTTY ? this.io.out.columns : null;
  }

  get target(): Target {
    this.#target ??= targetOf(this.io, this.#given, (text) => this.warn(text));
    return this.#target;
  }

  /** The client of the target. Ctrl-C ends every call of it. */
  get client(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  /** -e, CONFLEDGER_ENVIRONMENT, the context; never the api's default. */
  async environment(): Promise<string> {
    const named = this.namedEnvironment();
    if (named !== undefined) return named;
    const known = await environmentsThatExist(this);
    throw usage('No environment is named.', `Give one by -e, by CONFLEDGER_ENVIRONMENT or in the context.${known}`);
  }

  /** What names the environment, if anything does. */
  namedEnvironment(): string | undefined {
    const variable = this.io.env['CONFLEDGER_ENVIRONMENT']?.trim();
    const given = this.#given.text('environment') ?? (variable === '' ? undefined : variable);
    return given ?? this.target.context?.says.environment ?? undefined;
  }

  /** -s, or the context. */
  async service(): Promise<string> {
    const named = this.namedService();
    if (named !== undefined) return named;
    const known = await servicesThatExist(this, this.namedEnvironment());
    throw usage('No service is named.', `Give one by -s, or in the context.${known}`);
  }

  namedService(): string | undefined {
    return this.#given.text('service') ?? this.target.context?.says.service ?? undefined;
  }

  /** Both names. */
  async ledger(): Promise<LedgerName> {
    return { environment: await this.environment(), service: await this.service() };
  }

  async #connect(): Promise<Client> {
    const { url, token: source } = this.target;
    const warn = (text: string): void => this.warn(text);
    const token = await readToken(this.io, source, warn);
    await warnOfPlainHttp(this.io, this.target, warn);
    const seconds = this.#given.number('request-timeout');
    return createClient({
      ...{ url, token, attemptsMax: ATTEMPTS_MAX },
      fetch: (address, init) => nodeFetch(address, { ...init, signal: AbortSignal.any([init.signal, this.io.signal]) }),
      ...(seconds === undefined ? {} : { timeoutMs: seconds * MS_PER_SECOND }),
    });
  }
}
