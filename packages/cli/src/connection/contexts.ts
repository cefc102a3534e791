// The contexts file: named servers, each with where its token is. It holds no token itself.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '@confledger/process/private-file';
import { parseJsonText } from '@confledger/document/json-and-paths';
import { fileError, systemCode } from '../errors/cli-error.js';
import type { Io } from '../io.js';
import { makePrivateFolder } from './private-folder.js';

/** What a context says. */
export interface Context {
  readonly server: string;
  /** Absolute; null for a server without tokens. */
  readonly tokenFile: string | null;
  readonly environment: string | null;
  readonly service: string | null;
  /** `always`: every write asks. */
  readonly confirm: 'always' | null;
  /** That tokens travel in clear was said for this server. */
  readonly warnedOf: string | null;
}

export interface Contexts {
  /** Null: none is current. */
  readonly current: string | null;
  readonly contexts: ReadonlyMap<string, Context>;
}

/** Largest contexts file that is read, in bytes. */
export const CONTEXTS_BYTES_MAX = 1_048_576;
/** Names of contexts. */
export const CONTEXT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Where contexts are kept: `$XDG_CONFIG_HOME/confledger`, else `~/.config/confledger`. */
export function contextsFile({ env, home }: Pick<Io, 'env' | 'home'>): string {
  const xdg = env['XDG_CONFIG_HOME'];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.config');
  return path.join(base, 'confledger', 'contexts.json');
}

/** What the file says; nothing where there is none. Throws a CliError (exit 2) for one that cannot be read. */
export function readContexts(io: Pick<Io, 'env' | 'home'>): Contexts {
  const file = contextsFile(io);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { current: null, contexts: new Map() };
    throw fileError(`The contexts in ${file} cannot be read (${systemCode(error) ?? 'unknown'}).`);
  }
  const contexts = text.length > CONTEXTS_BYTES_MAX ? null : contextsIn(text);
  if (contexts === null)
    throw fileError(`${file} is no contexts file.`, 'Mend it, or delete it and make the contexts anew by `confledger context set`.');
  return contexts;
}

function contextsIn(text: string): Contexts | null {
  const file = objectIn(text);
  const all = file?.['contexts'];
  if (file === null || typeof all !== 'object' || all === null) return null;
  const contexts = new Map<string, Context>();
  for (const [name, value] of Object.entries(all)) {
    const context = contextIn(value);
    if (context === null || !CONTEXT_NAME.test(name)) return null;
    contexts.set(name, context);
  }
  const { current } = file;
  return { current: typeof current === 'string' ? current : null, contexts };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseJsonText(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function contextIn(value: unknown): Context | null {
  if (typeof value !== 'object' || value === null) return null;
  const members = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string | null => (typeof members[name] === 'string' ? members[name] : null);
  const server = text('server');
  if (server === null) return null;
  return {
    server,
    tokenFile: text('tokenFile'),
    environment: text('environment'),
    service: text('service'),
    confirm: members['confirm'] === 'always' ? 'always' : null,
    warnedOf: text('warnedOf'),
  };
}

/** Replaces the file, whole, for the user alone. Throws a CliError (exit 2) where it cannot be written, and leaves what stood there. */
export async function writeContexts(io: Pick<Io, 'env' | 'home'>, { current, contexts }: Contexts): Promise<void> {
  const file = contextsFile(io);
  const text = JSON.stringify({ current, contexts: Object.fromEntries(contexts) }, null, 2);
  try {
    makePrivateFolder(path.dirname(file));
    await replaceFile(file, `${text}\n`);
  } catch (error) {
    throw fileError(
      `The contexts cannot be written to ${file} (${systemCode(error) ?? 'unknown'}).`,
      'Nothing was changed. Make room, or make the folder writable.',
    );
  }
}
