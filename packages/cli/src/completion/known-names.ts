// Names that exist, for completion: from a cache at once, from the server within 300 ms, and nothing where either fails.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '@confledger/process/private-file';
import { parseJsonText } from '@confledger/document/json-and-paths';
import { readContexts } from '../connection/contexts.js';
import { makePrivateFolder } from '../connection/private-folder.js';
import { readToken, type Target } from '../connection/target.js';
import { environmentNames, serviceNames } from '../connection/what-exists.js';
import type { Names } from '../grammar/command.js';
import type { Io } from '../io.js';
import type { Session } from '../session.js';

/** How long the server may take. */
export const SERVER_MS_MAX = 300;
/** How long what it said counts. */
const FRESH_MS = 60_000;
/** Most names that are kept of one kind. */
const NAMES_MAX = 1_000;

/** Names of one kind; never rejects. */
export async function knownNames(session: Session, names: Names): Promise<readonly string[]> {
  try {
    if (names === 'context') return [...readContexts(session.io).contexts.keys()];
    if (names === 'file' || names === 'command' || session.target.token.kind === 'stdin') return [];
    const file = await cacheFile(session.io, session.target);
    const ledger = `${session.namedEnvironment() ?? ''} ${session.namedService() ?? ''}`;
    const key =
      names === 'environment' || names === 'node'
        ? names
        : names === 'service'
          ? `service ${session.namedEnvironment() ?? ''}`
          : `${names} ${ledger}`;
    const cached = readCache(file);
    const kept = cached[key];
    if (kept !== undefined && Date.now() - kept.at < FRESH_MS) return kept.values;
    const asked = (await fromServer(session, names)).slice(0, NAMES_MAX);
    if (asked.length === 0) return kept?.values ?? [];
    await writeCache(file, { ...cached, [key]: { at: Date.now(), values: asked } });
    return asked;
  } catch {
    return [];
  }
}

async function fromServer(session: Session, names: Names): Promise<readonly string[]> {
  const how = { timeoutMs: SERVER_MS_MAX };
  if (names === 'environment') return environmentNames(session, SERVER_MS_MAX);
  if (names === 'service') return serviceNames(session, session.namedEnvironment(), SERVER_MS_MAX);
  const client = await session.client;
  if (names === 'node') return (await client.listNodes({}, how)).data.items.map(({ name }) => name);
  const [environment, service] = [session.namedEnvironment(), session.namedService()];
  if (environment === undefined || service === undefined) return [];
  if (names === 'path')
    return Object.keys((await client.readConfiguration({ service, query: { environment, format: 'flat' } }, how)).data.configuration);
  const { data } = await client.listVersions({ service, query: { environment, limit: 100 } }, how);
  return ['latest', 'active', 'previous', ...data.items.flatMap(({ version, tags }) => [...tags, String(version)])];
}

type Cache = Readonly<Record<string, { readonly at: number; readonly values: readonly string[] }>>;

/** One for each server and principal: what one may see is not shown to another. */
async function cacheFile({ env, home, ...io }: Io, target: Target): Promise<string> {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache');
  const token = await readToken({ env, home, ...io }, target.token, () => undefined);
  const name = createHash('sha256')
    .update(JSON.stringify([target.url, token]))
    .digest('hex')
    .slice(0, 32);
  return path.join(base, 'confledger', `names-${name}.json`);
}

function readCache(file: string): Cache {
  try {
    const value = parseJsonText(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, each]) => isKept(each))) as Cache;
  } catch {
    return {};
  }
}

function isKept(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'at' in value &&
    typeof value.at === 'number' &&
    'values' in value &&
    Array.isArray(value.values) &&
    value.values.every((each) => typeof each === 'string')
  );
}

async function writeCache(file: string, cache: Cache): Promise<void> {
  try {
    makePrivateFolder(path.dirname(file));
    await replaceFile(file, JSON.stringify(cache));
  } catch {
    // Then the server is asked again.
  }
}
