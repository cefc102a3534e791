// Which server is called, with which token. The two are a pair from one source: no token ever goes to another server.
import path from 'node:path';
import { baseUrl } from '@confledger/contracts/http';
import { fileError, usage } from '../errors/cli-error.js';
import { didYouMean } from '../grammar/did-you-mean.js';
import type { Given } from '../grammar/given.js';
import type { Io } from '../io.js';
import { readContexts, writeContexts, type Context, type Contexts } from './contexts.js';
import { findLocalStandalone } from './local-standalone.js';
import { checkedToken, tokenIn } from './token-file.js';

/** Where a token is: a file, standard input, a variable, or none. */
export type TokenSource =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'variable'; readonly name: string; readonly value: string }
  | { readonly kind: 'none' };

export interface Target {
  /** Checked: http(s), without credentials and without a trailing slash. */
  readonly url: string;
  readonly token: TokenSource;
  /** For people: `context prod, current`. */
  readonly source: string;
  readonly context: { readonly name: string; readonly says: Context } | null;
}

/** Finds server and token. Throws a CliError (exit 2) where none is named, and where a server comes without its token. */
export function targetOf(io: Io, given: Given, warn: (text: string) => void): Target {
  const [server, tokenFile, context] = [given.text('server'), given.text('token-file'), given.text('context')];
  if (server !== undefined || tokenFile !== undefined) return ofFlags(io, server, tokenFile);
  const ofEnvironment = ofVariables(io);
  if (ofEnvironment !== null) {
    if (context !== undefined) warn(`CONFLEDGER_URL wins over --context ${context}. Unset it to use the context.`);
    return ofEnvironment;
  }
  const contexts = readContexts(io);
  if (context !== undefined) return ofContext(contexts, context, '--context');
  const named = variable(io, 'CONFLEDGER_CONTEXT');
  if (named !== undefined) return ofContext(contexts, named, 'CONFLEDGER_CONTEXT');
  if (contexts.current !== null) return ofContext(contexts, contexts.current, 'current');
  return ofLocalStandalone(io);
}

function variable(io: Io, name: string): string | undefined {
  const value = io.env[name]?.trim();
  return value === '' ? undefined : value;
}

function ofFlags(io: Io, server: string | undefined, file: string | undefined): Target {
  if (server === undefined) throw usage('--token-file needs --server: a token belongs to its server.', 'Give both, or use a context.');
  if (file === undefined)
    throw usage(
      '--server needs --token-file: no token of another server is sent to it.',
      'Give the file that holds its token, or - to read it from standard input.',
    );
  const token: TokenSource = file === '-' ? { kind: 'stdin' } : { kind: 'file', file: path.resolve(io.cwd, file) };
  return { url: checkedUrl(server, '--server'), token, source: '--server', context: null };
}

function ofVariables(io: Io): Target | null {
  const [url, token, file] = [variable(io, 'CONFLEDGER_URL'), variable(io, 'CONFLEDGER_TOKEN'), variable(io, 'CONFLEDGER_TOKEN_FILE')];
  if (url === undefined && token === undefined && file === undefined) return null;
  if (url === undefined)
    throw usage(
      `${token === undefined ? 'CONFLEDGER_TOKEN_FILE' : 'CONFLEDGER_TOKEN'} is set and CONFLEDGER_URL is not: a token belongs to its server.`,
      'Set both, or neither.',
    );
  if (token !== undefined && file !== undefined)
    throw usage('CONFLEDGER_TOKEN and CONFLEDGER_TOKEN_FILE are both set.', 'Unset one of them.');
  if (token === undefined && file === undefined)
    throw usage(
      'CONFLEDGER_URL is set without CONFLEDGER_TOKEN or CONFLEDGER_TOKEN_FILE: no token of another server is sent to it.',
      'Set one of them, or unset CONFLEDGER_URL.',
    );
  const source: TokenSource =
    token === undefined
      ? { kind: 'file', file: path.resolve(io.cwd, file ?? '') }
      : { kind: 'variable', name: 'CONFLEDGER_TOKEN', value: token };
  return { url: checkedUrl(url, 'CONFLEDGER_URL'), token: source, source: 'CONFLEDGER_URL', context: null };
}

function ofContext({ contexts }: Contexts, name: string, by: string): Target {
  const says = contexts.get(name);
  if (says === undefined)
    throw usage(
      `There is no context '${name}'${didYouMean(name, contexts.keys())}`,
      '`confledger context list` shows them; `confledger context set <name>` makes one.',
    );
  const token: TokenSource = says.tokenFile === null ? { kind: 'none' } : { kind: 'file', file: says.tokenFile };
  return {
    url: checkedUrl(says.server, `the server of context ${name}`),
    token,
    source: `context ${name}, ${by}`,
    context: { name, says },
  };
}

function ofLocalStandalone(io: Io): Target {
  const local = findLocalStandalone(io);
  if (local.kind === 'none')
    throw usage(
      `No server is named, and none runs from this folder: ${local.why}.`,
      'Run `npm start` here, or make a context: confledger context set <name> --server <url> --token-file <file>',
    );
  const url = checkedUrl(local.url, path.join(local.directory, 'address.json'));
  return { url, token: { kind: 'file', file: local.tokenFile }, source: `the standalone of ${local.directory}`, context: null };
}

function checkedUrl(url: string, source: string): string {
  try {
    return baseUrl(url);
  } catch (error) {
    throw usage(`${source}: ${error instanceof Error ? error.message.replace('`url`', 'the address') : 'no address'}.`);
  }
}

/** The token itself; null where there is none. */
export async function readToken(io: Io, source: TokenSource, warn: (text: string) => void): Promise<string | null> {
  switch (source.kind) {
    case 'none':
      return null;
    case 'variable':
      return checkedToken(source.value, source.name);
    case 'file':
      return tokenIn(source.file, warn);
    case 'stdin': {
      if (io.input.isTTY === true)
        throw fileError('The token is read from standard input, which is a terminal.', 'Pipe it: confledger … --token-file - < file');
      const pieces: string[] = [];
      for await (const piece of io.input) pieces.push(String(piece));
      return checkedToken(pieces.join(''), 'Standard input');
    }
  }
}

/** Says that tokens travel in clear: once for the server of a context, else at each call. */
export async function warnOfPlainHttp(io: Io, { url, context }: Target, warn: (text: string) => void): Promise<void> {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || isLoopback(hostname) || context?.says.warnedOf === url) return;
  warn(`${url} is plain http: token and values can be read on the way. Use https.`);
  if (context === null) return;
  const { current, contexts } = readContexts(io);
  const warned = new Map(contexts).set(context.name, { ...context.says, warnedOf: url });
  await writeContexts(io, { current, contexts: warned }).catch(() => undefined); // then it is said again
}

/** Whether what is sent to this host stays on this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
