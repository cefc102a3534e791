// The active document as the feed tells it, and what each activation changed of it.
import { comparePaths, isJsonObject, joinPath, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import type { Change } from '@confledger/contracts/http';
import type { ServerSentEvent } from './server-sent-events.js';

export interface SeenActivation {
  readonly version: number;
  readonly activation: number;
  readonly activatedAt: string;
  /** It was active before this program looked. */
  readonly isFirst: boolean;
  readonly changes: readonly Change[];
}

type Leaves = Map<string, JsonValue>;

export class FeedReading {
  /** Names what was read, for a connection that is made again. */
  lastId: string | null = null;
  /** It was connected once: a stream that breaks off later is asked for again. */
  isConnected = false;
  #active: Leaves | null = null;
  #gathered: Leaves = new Map();
  #activation = -1;

  get isEmpty(): boolean {
    return this.#active === null;
  }

  /** What an event completed; null for every other. Events that are not known are passed over. */
  take({ event, id, data }: ServerSentEvent): SeenActivation | null {
    const seen = this.#taken(event, fieldsOf(data));
    if (id !== null) this.lastId = id;
    return seen;
  }

  #taken(event: string, data: Readonly<Record<string, JsonValue>>): SeenActivation | null {
    if (event === 'reset') this.#gathered = new Map();
    else if (event === 'document') this.#gathered = leavesOf(data['configuration']);
    else if (event === 'leaf' && typeof data['path'] === 'string') this.#leaf(data['path'], data);
    else if (event === 'active') return this.#activated(data);
    return null;
  }

  #leaf(path: string, { removed, value }: Readonly<Record<string, JsonValue>>): void {
    if (removed === true) this.#gathered.delete(path);
    else if (value !== undefined) this.#gathered.set(path, value);
  }

  #activated({ version, activation, occurredAt }: Readonly<Record<string, JsonValue>>): SeenActivation | null {
    const before = this.#active;
    this.#active = new Map(this.#gathered);
    if (typeof version !== 'number' || typeof activation !== 'number' || activation === this.#activation) return null;
    this.#activation = activation;
    const changes = before === null ? [] : differences(before, this.#active);
    return { version, activation, activatedAt: typeof occurredAt === 'string' ? occurredAt : '', isFirst: before === null, changes };
  }
}

function fieldsOf(data: unknown): Readonly<Record<string, JsonValue>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as JsonObject) : {};
}

/** Every leaf by its path. */
export function leavesOf(document: JsonValue | undefined): Leaves {
  const leaves: Leaves = new Map();
  const visit = (value: JsonValue, path: string): void => {
    if (!isJsonObject(value) || (path !== '' && Object.keys(value).length === 0)) leaves.set(path, value);
    else for (const [name, member] of Object.entries(value)) visit(member, joinPath(path, name));
  };
  if (document !== undefined) visit(document, '');
  return leaves;
}

function differences(before: Leaves, after: Leaves): readonly Change[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(comparePaths);
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    return [{ path, ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) }];
  });
}
