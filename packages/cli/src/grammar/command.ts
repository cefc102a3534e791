// What the command table says of a command. Parsing, help, completion and the reference in the docs are made from it.
import type { OperationName } from '@confledger/contracts/http';
import type { ExitCode } from '../errors/exit-codes.js';
import type { Given } from './given.js';
import type { Session } from '../session.js';

/** What a value names, so that completion can offer what exists. */
export type Names = 'environment' | 'service' | 'context' | 'path' | 'version' | 'file' | 'command' | 'node';

/** A flag. A name has one type and one meaning in all commands. */
export interface Flag {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** `switch` takes no value; `list` may be repeated. */
  readonly type: 'switch' | 'text' | 'number' | 'list';
  /** What stands for the value in help; absent for a switch. */
  readonly value?: string;
  /** The only values that are taken. */
  readonly choices?: readonly string[];
  readonly names?: Names;
  /** Smallest and largest number. */
  readonly range?: readonly [number, number];
  readonly summary: string;
}

export interface Positional {
  readonly name: string;
  readonly required: boolean;
  /** Takes all that follow. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly names?: Names;
  readonly summary: string;
}

/** A command as it is typed, with what it does. A spec runs each. */
export interface Example {
  readonly line: string;
  readonly says: string;
  /** Default 0. */
  readonly exits?: ExitCode;
  /** What is typed into standard input. */
  readonly input?: string;
}

/** What a command does; it answers its exit code, 0 where it answers none. */
export type Run = (session: Session, given: Given) => Promise<ExitCode | void>;

export interface Command {
  /** `['get']`, or a noun and a verb: `['schema', 'set']`. */
  readonly words: readonly string[];
  readonly summary: string;
  /** Further sentences for its help page. */
  readonly about?: string;
  readonly positionals: readonly Positional[];
  /** Its own flags and those of its groups, without those that every command has. */
  readonly flags: readonly Flag[];
  /** The operations of the api that it calls. */
  readonly operations: readonly OperationName[];
  /** Exit codes beside 0, 1, 2, 3, 8 and 130, which every command that calls an api may have. */
  readonly exits: readonly ExitCode[];
  readonly examples: readonly Example[];
  /** Loaded when the command runs, and not for help. */
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** The name of a command as it is typed. */
export function nameOf(command: Pick<Command, 'words'>): string {
  return command.words.join(' ');
}

/** The flag with this name, among its own and those of every command. */
export function flagOf(flags: readonly Flag[], name: string): Flag | undefined {
  return flags.find((flag) => flag.name === name || flag.short === name);
}
