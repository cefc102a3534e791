// The file that a node starts from when every server is down: a header line, then one line per leaf. What is read is believed no more
// than what comes from the feed.
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readActivationMarker, type ActivationMarker } from '@confledger/contracts';
import { Document, parseJsonText, type JsonValue } from '@confledger/document';

const FORMAT = 'confledger.node-cache.v1';
/** Leaves per write: the thread that trades is never held for longer than these take to serialise. */
const LEAVES_PER_WRITE = 500;

export interface CachedActivation {
  /** `<environment>.<service>` */
  readonly ledger: string;
  readonly origin: string;
  /** The highest activation that this node ever ran. */
  readonly highestActivation: number;
  /** When the feed last confirmed that this is what runs; milliseconds since the epoch. */
  readonly confirmedAtMs: number;
  readonly marker: ActivationMarker;
  readonly document: Document;
}

/** Writes beside the file and renames, so that the file is always whole; only its owner can read it. */
export async function writeCacheFile(path: string, cached: CachedActivation): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.chmod(0o600);
      await writeLines(file, cached);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** What the file holds; null when there is none. Throws with a sentence when it is not whole or not of this format. */
export async function readCacheFile(path: string): Promise<CachedActivation | null> {
  const text = await readIfThere(path);
  if (text === null) return null;
  const lines = text.split('\n');
  const header = parseLine(lines[0] ?? '') as { readonly [name: string]: unknown } | null;
  const marker = readActivationMarker(header?.['marker']);
  if (header?.['format'] !== FORMAT || marker === null) throw new Error('it is not a cache file of this version');
  const { ledger, origin, highestActivation, confirmedAtMs } = header;
  if (
    typeof ledger !== 'string' ||
    typeof origin !== 'string' ||
    !Number.isSafeInteger(highestActivation) ||
    typeof confirmedAtMs !== 'number'
  ) {
    throw new Error('its header is damaged');
  }
  if (lines.at(-1) !== '' || lines.length !== Number(header['leaves']) + 2) throw new Error('it is cut short');
  const document = Document.empty.apply(lines.slice(1, -1).map(readLeafLine));
  return { ledger, origin, highestActivation: Number(highestActivation), confirmedAtMs, marker, document };
}

async function writeLines(file: FileHandle, cached: CachedActivation): Promise<void> {
  const { document, ...header } = cached;
  await file.appendFile(`${JSON.stringify({ format: FORMAT, ...header, leaves: document.leafCount })}\n`);
  let lines: string[] = [];
  for (const { path, value } of document.leaves()) {
    lines.push(`${JSON.stringify([path, value])}\n`);
    if (lines.length === LEAVES_PER_WRITE) {
      await file.appendFile(lines.join(''));
      lines = [];
      await nextTurn();
    }
  }
  await file.appendFile(lines.join(''));
}

function readLeafLine(line: string): { readonly path: string; readonly value: JsonValue } {
  const leaf = parseLine(line);
  if (!Array.isArray(leaf) || leaf.length !== 2 || typeof leaf[0] !== 'string') throw new Error('a line of it is damaged');
  return { path: leaf[0], value: leaf[1] as JsonValue };
}

function parseLine(line: string): unknown {
  try {
    return parseJsonText(line);
  } catch {
    throw new Error('a line of it is not JSON');
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Makes the rename last. Not every file system has it, and the file is whole without it. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch {
    // Windows cannot open directories.
  }
}
