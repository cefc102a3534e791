// What a command sees of its process: arguments, outputs, input, environment. Specs hand in their own.
import type { Readable } from 'node:stream';

/** Where text goes. */
export interface Output {
  readonly isTTY: boolean;
  /** Width in characters; 80 where it is not known. */
  readonly columns: number;
  write(text: string): void;
}

/** Standard input. */
export type Input = Readable & { readonly isTTY?: boolean | undefined; setRawMode?(isRaw: boolean): unknown };

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that the command was started in. */
  readonly cwd: string;
  /** The user's home folder. */
  readonly home: string;
  /** The user's number; null where the system has none. */
  readonly userId: number | null;
  readonly out: Output;
  readonly err: Output;
  readonly input: Input;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}
