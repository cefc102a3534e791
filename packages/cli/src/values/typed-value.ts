// Makes a JSON value of what was typed: by the type that the schema gives, else by its look. A number is taken only as it was typed.
import { parseJson, type JsonValue } from '@confledger/document/json-and-paths';
import { usage } from '../errors/cli-error.js';

/** How text is read: by its look, as a string, or as JSON. */
export type Reading = 'look' | 'string' | 'json';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** Throws a CliError (exit 2) for what cannot be read so. No message repeats the text, which may be a secret. */
export function typedValue(path: string, text: string, reading: Reading, type: string | null): JsonValue {
  if (reading === 'string') return text;
  if (reading === 'json') return jsonOf(path, text);
  switch (type) {
    case 'string':
      return text;
    case 'number':
      return numberOf(path, text, 'a number');
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw usage(`${path} is a boolean by its schema.`, 'Give true or false, or --string or --json for another type.');
    case 'object':
    case 'array':
    case 'null':
      return jsonOf(path, text);
    default:
      return byLook(path, text);
  }
}

function byLook(path: string, text: string): JsonValue {
  if (NUMBER.test(text)) return numberOf(path, text, 'JSON');
  return WORDS.has(text) || /^[{["]/.test(text) ? jsonOf(path, text) : text;
}

function numberOf(path: string, text: string, wanted: string): number {
  if (!NUMBER.test(text))
    throw usage(
      `The value for ${path} is not ${wanted}, which its schema asks for.`,
      'Give a number, or --string or --json for another type.',
    );
  const value = Number(text);
  if (String(value) === text) return value;
  throw usage(
    `The value for ${path} is a number that would not come back as it was typed.`,
    'Give --string to keep the text, or --json to store the number.',
  );
}

function jsonOf(path: string, text: string): JsonValue {
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  throw usage(
    `The value for ${path} cannot be read as JSON: ${parsed.problem.message}`,
    `${parsed.problem.remedy} --string takes the text as it is.`,
  );
}
