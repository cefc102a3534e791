// What was typed, checked against the command: positionals and the values of flags.

/** A fault of a command: it asks for a flag that its row of the table does not have. */
export class FlagNotInTable extends Error {
  override readonly name = 'FlagNotInTable';
}

export type FlagValue = true | string | number | readonly string[];

export class Given {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, FlagValue>;
  readonly #known: ReadonlySet<string>;

  constructor(positionals: readonly string[], values: ReadonlyMap<string, FlagValue>, known: Iterable<string>) {
    this.positionals = positionals;
    this.#values = values;
    this.#known = new Set(known);
  }

  /** Whether a switch was given. */
  is(name: string): boolean {
    return this.#value(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#value(name);
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#value(name);
    return typeof value === 'number' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#value(name);
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  /** Whether the command has this flag at all. */
  takes(name: string): boolean {
    return this.#known.has(name);
  }

  #value(name: string): FlagValue | undefined {
    if (!this.#known.has(name)) throw new FlagNotInTable(`the command has no flag --${name}`);
    return this.#values.get(name);
  }
}
