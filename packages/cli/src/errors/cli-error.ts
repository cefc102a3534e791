// What ends a command before its result: a refusal of the command line itself, with its exit code.
import type { ProblemDetail } from '@confledger/contracts/http';
import { EXIT, type ExitCode } from './exit-codes.js';

/** A refusal in words for people. `code` is stable; scripts may compare it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitCode;
  readonly code: string;
  /** What to do instead; null where the message says it. */
  readonly remedy: string | null;
  readonly details: readonly ProblemDetail[];

  constructor(
    exit: ExitCode,
    code: string,
    message: string,
    more: { readonly remedy?: string; readonly details?: readonly ProblemDetail[] } = {},
  ) {
    super(message);
    this.exit = exit;
    this.code = code;
    this.remedy = more.remedy ?? null;
    this.details = more.details ?? [];
  }
}

/** Wrong usage: exit 2, and nothing was sent. */
export function usage(message: string, remedy?: string): CliError {
  return new CliError(EXIT.usage, 'USAGE', message, remedy === undefined ? {} : { remedy });
}

/** A local file that cannot be read, written or parsed: exit 2. */
export function fileError(message: string, remedy?: string): CliError {
  return new CliError(EXIT.usage, 'FILE_UNUSABLE', message, remedy === undefined ? {} : { remedy });
}

/** Ctrl-C, or the end of the input where an answer was expected: exit 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What stays as it is after all; null where nothing was begun. */
  readonly note: string | null;

  constructor(note: string | null = null) {
    super('interrupted');
    this.note = note;
  }
}

/** The code of an error of the operating system, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
