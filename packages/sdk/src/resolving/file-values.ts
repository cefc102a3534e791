// Reads the files that references name: bounded, only where allowed, and again only when they have changed.
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync, statSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { RESOLVED_BYTES_MAX, type Fetched } from '@confledger/resolution';
import { isAllowedFile, withRealFolders } from './allowed.js';

/** A file that changes while it is read is read again so often. */
const READS_MAX = 3;

interface Known {
  readonly stamp: string;
  readonly fetched: Fetched;
}

/** Synchronous: a snapshot is resolved whole, in one moment. Files are small, and belong on a local disk or in memory. */
export class FileValues {
  readonly #allowed: readonly string[];
  #known = new Map<string, Known>();
  #used = new Map<string, Known>();

  /** `allowed`: globs of absolute paths. */
  constructor(allowed: readonly string[]) {
    this.#allowed = allowed;
  }

  /** What is read from here on until the next call is what `haveChanged` looks at. */
  begin(): void {
    this.#known = this.#used;
    this.#used = new Map();
  }

  /** What the whole file says, without one line end at its end. */
  read(file: string): Fetched {
    if (!isAllowedFile(this.#allowed, file)) return { kind: 'refused', why: 'is not among the files that this node allows' };
    const stamp = stampNow(file);
    const before = this.#used.get(file) ?? this.#known.get(file);
    const known = before?.stamp === stamp && stamp !== ABSENT ? before : { stamp, fetched: this.#fetch(file) };
    this.#used.set(file, known);
    return known.fetched;
  }

  /** Whether one of the files that were read has changed, come or gone since. */
  async haveChanged(): Promise<boolean> {
    const stamps = await Promise.all(Array.from(this.#used, async ([file, { stamp }]) => (await stampOf(file)) === stamp));
    return stamps.includes(false);
  }

  #fetch(file: string): Fetched {
    try {
      for (let reads = 0; reads < READS_MAX; reads++) {
        const fetched = this.#readOnce(file);
        if (fetched !== null) return fetched;
      }
      return { kind: 'refused', why: 'changes while it is read' };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'unset' };
      return { kind: 'refused', why: `cannot be read (${code})` };
    }
  }

  /** Null where it changed meanwhile. */
  #readOnce(file: string): Fetched | null {
    const real = realpathSync(file);
    if (!this.#isAllowedReally(real)) return { kind: 'refused', why: 'is a link to a file outside of those that this node allows' };
    // Of a pipe that nobody writes the opening would not end.
    const descriptor = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const before = fstatSync(descriptor);
      if (!before.isFile()) return { kind: 'refused', why: 'is no file' };
      if (!this.#isAllowedReally(openedPath(descriptor) ?? real)) return null;
      if (before.size > RESOLVED_BYTES_MAX) return { kind: 'refused', why: `has more than ${RESOLVED_BYTES_MAX / 1024} KiB` };
      const bytes = readUpTo(descriptor, RESOLVED_BYTES_MAX + 1);
      if (bytes.length > RESOLVED_BYTES_MAX || stampOfStats(fstatSync(descriptor)) !== stampOfStats(before)) return null;
      return textOf(bytes);
    } finally {
      closeSync(descriptor);
    }
  }

  #isAllowedReally(real: string): boolean {
    return isAllowedFile(withRealFolders(this.#allowed), real);
  }
}

function readUpTo(descriptor: number, max: number): Buffer {
  const buffer = Buffer.alloc(max);
  let length = 0;
  for (let read = -1; read !== 0 && length < max; length += read) read = readSync(descriptor, buffer, length, max - length, length);
  return buffer.subarray(0, length);
}

function textOf(bytes: Buffer): Fetched {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
    return text.includes('\0') ? NO_TEXT : { kind: 'found', text, isSecret: true };
  } catch {
    return NO_TEXT;
  }
}

const NO_TEXT: Fetched = { kind: 'refused', why: 'is no text in UTF-8' };

/** What is really open, where the system says so: a folder may have been exchanged for a link between two calls. */
function openedPath(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}

const ABSENT = 'absent';
const stampOfStats = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string => [dev, ino, size, mtimeMs, ctimeMs].join();

function stampNow(file: string): string {
  try {
    return stampOfStats(statSync(file));
  } catch {
    return ABSENT;
  }
}

async function stampOf(file: string): Promise<string> {
  try {
    return stampOfStats(await stat(file));
  } catch {
    return ABSENT;
  }
}
