// Reads standard input and files to their end, within a limit.
import { openSync, closeSync, fstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseJson, type JsonValue } from '@confledger/document/json-and-paths';
import { CliError, fileError, systemCode, usage } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import type { Io } from '../io.js';

/** Most bytes that are read from a file or standard input (64 MiB): what an api would refuse is refused there. */
export const INPUT_BYTES_MAX = 67_108_864;

/** All of standard input. Throws a CliError (exit 2) for a terminal, too much, and what is not UTF-8. */
export async function wholeInput(io: Io): Promise<string> {
  if (io.input.isTTY === true) throw usage('Standard input is a terminal.', 'Pipe something into it.');
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of io.input) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
    bytes += chunk.length;
    if (bytes > INPUT_BYTES_MAX) throw tooLarge('Standard input');
    pieces.push(chunk);
  }
  return decoded(Buffer.concat(pieces), 'Standard input');
}

/** The text of a file. */
export function fileText(io: Pick<Io, 'cwd'>, file: string): string {
  const absolute = path.resolve(io.cwd, file);
  try {
    const descriptor = openSync(absolute, 'r');
    try {
      if (fstatSync(descriptor).size > INPUT_BYTES_MAX) throw tooLarge(file);
      return decoded(readFileSync(descriptor), file);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw fileError(`${file} cannot be read (${systemCode(error) ?? 'unknown'}).`, 'Name a file that is there and can be read.');
  }
}

function decoded(bytes: Buffer, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fileError(`${source} is not UTF-8.`, 'Save it as UTF-8.');
  }
}

function tooLarge(source: string): CliError {
  return fileError(`${source} has more than ${INPUT_BYTES_MAX} bytes.`, 'Give less at once.');
}

/** `--data`: JSON itself, `@file`, or `@-` for standard input. */
export async function dataText(io: Io, given: string): Promise<string> {
  if (given === '@-') return wholeInput(io);
  return given.startsWith('@') ? fileText(io, given.slice(1)) : given;
}

/** The same, read as strict JSON. */
export async function dataJson(io: Io, given: string): Promise<JsonValue> {
  const parsed = parseJson(await dataText(io, given));
  if (parsed.ok) return parsed.value;
  throw new CliError(EXIT.usage, parsed.problem.code, `--data cannot be read as JSON: ${parsed.problem.message}`, {
    remedy: parsed.problem.remedy,
  });
}
