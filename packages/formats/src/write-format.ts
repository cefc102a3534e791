// A value to a text: stable, pretty, and read back as the same value.
import {
  isJsonObject,
  joinPath,
  JSON_NESTING_MAX,
  nameFlaw,
  stringFlaw,
  type JsonObject,
  type JsonValue,
} from '@confledger/document/json-and-paths';
import { TOO_DEEP } from './flaws.js';
import type { WrittenFormat } from './format.js';
import type { FormatFlaw } from './problem.js';
import { nullPaths, tomlDocument } from './toml/write.js';
import { yamlDocument } from './yaml/write.js';

/** Why a value cannot be written, with the paths of all values that keep it from being written; '' is the root. */
export interface WriteProblem extends FormatFlaw {
  readonly paths: readonly string[];
}

/** The text, or why there is none. */
export type WrittenText =
  | { readonly ok: true; readonly text: string; /** Paths of what `leaveOut` named. */ readonly leftOut: readonly string[] }
  | { readonly ok: false; readonly problem: WriteProblem };

/** What is not written. */
export interface WriteFormatOptions {
  /** Names values that are left out, such as masks of secrets. Asked for members of objects, not inside arrays. */
  readonly leaveOut?: (value: JsonValue, path: string) => boolean;
}

/**
 * Writes a document. YAML and JSON write any. TOML has no null, and no empty document: CANNOT_CARRY names all paths. A string with NUL or
 * half a surrogate pair, and a forbidden name, are refused as the document refuses them.
 */
export function writeFormat(value: JsonObject, format: WrittenFormat, options: WriteFormatOptions = {}): WrittenText {
  const leftOut: string[] = [];
  const problem = flawIn(value, '', 0);
  if (problem !== null) return { ok: false, problem };
  const kept = options.leaveOut === undefined ? value : without(value, options.leaveOut, '', leftOut);
  const refusal = format === 'toml' ? tomlRefusal(kept) : null;
  if (refusal !== null) return { ok: false, problem: refusal };
  return { ok: true, text: writers[format](kept), leftOut };
}

const writers: Readonly<Record<WrittenFormat, (value: JsonObject) => string>> = {
  yaml: yamlDocument,
  toml: tomlDocument,
  json: (value) => `${JSON.stringify(value, null, 2)}\n`,
};

function without(object: JsonObject, leaveOut: NonNullable<WriteFormatOptions['leaveOut']>, path: string, leftOut: string[]): JsonObject {
  const kept: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(object)) {
    const at = joinPath(path, name);
    if (leaveOut(value, at)) leftOut.push(at);
    else kept.push([name, isJsonObject(value) ? without(value, leaveOut, at, leftOut) : value]);
  }
  return Object.fromEntries(kept);
}

/** What TOML cannot carry, or null. */
export function tomlRefusal(value: JsonObject): WriteProblem | null {
  if (Object.keys(value).length === 0) {
    const message = 'TOML has no notation for an empty document.';
    return { code: 'CANNOT_CARRY', rule: 'empty-document', message, remedy: 'Write it as YAML or JSON: {}.', paths: [''] };
  }
  const paths = nullPaths(value);
  if (paths.length === 0) return null;
  const message = `TOML has no null, and ${paths.length === 1 ? 'one value is' : `${paths.length} values are, or hold,`} null.`;
  return { code: 'CANNOT_CARRY', rule: 'null', message, remedy: 'Write the configuration as YAML or JSON.', paths };
}

/** The first name, string or level that no document may have. An element's path is that of its array. */
function flawIn(value: JsonValue, path: string, depth: number): WriteProblem | null {
  if (typeof value === 'string') return withPath(stringFlaw(value) as FormatFlaw | null, path);
  if (typeof value === 'number') return Number.isFinite(value) ? null : { ...NOT_FINITE, paths: [path] };
  if (value === null || typeof value !== 'object') return null;
  if (depth >= JSON_NESTING_MAX) return { ...TOO_DEEP, paths: [path] };
  const isArray = Array.isArray(value);
  for (const [name, member] of Object.entries(value)) {
    const at = isArray ? path : joinPath(path, name);
    const problem = (isArray ? null : withPath(nameFlaw(name) as FormatFlaw | null, at)) ?? flawIn(member, at, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

function withPath(flaw: FormatFlaw | null, path: string): WriteProblem | null {
  return flaw === null ? null : { ...flaw, paths: [path] };
}

const NOT_FINITE: FormatFlaw = {
  code: 'FORMAT_UNSUPPORTED',
  rule: 'not-finite',
  message: 'The number is infinite or NaN, which JSON does not have.',
  remedy: 'Send null, or a string.',
};
