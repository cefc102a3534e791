// Writes TOML 1.0: values first, then tables under their headers. TOML has no null and no notation for an empty document.
import { isJsonObject, joinPath, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';

const BARE_KEY = /^[A-Za-z0-9_-]+$/;
/** Beyond this an integer is written as a float: readers that have doubles only refuse it as an integer. */
const INTEGER_MAX = Number.MAX_SAFE_INTEGER;
/** What JSON leaves as it is, and TOML does not: DEL. */
const DELETE_CHARACTER = /\u007f/g;

/** A document as TOML. Nulls must be left out before. */
export function tomlDocument(value: JsonObject): string {
  const blocks = tableBlocks(value, []);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** A table and those in it, each as the lines of its header and its own values. */
export function tableBlocks(table: JsonObject, path: readonly string[], header: '[' | '[[' = '['): string[][] {
  const own: string[] = [];
  const below: string[][] = [];
  for (const [name, value] of Object.entries(table)) {
    const inside = [...path, name];
    if (isArrayOfTables(value)) below.push(...value.flatMap((element) => tableBlocks(element, inside, '[[')));
    else if (isJsonObject(value)) below.push(...tableBlocks(value, inside));
    else own.push(tomlEntry(name, value));
  }
  const needsHeader = path.length > 0 && (own.length > 0 || below.length === 0 || header === '[[');
  const lines = needsHeader ? [tomlHeader(path, header), ...own] : own;
  return lines.length === 0 ? below : [lines, ...below];
}

/** The header of a table, or of an element of an array of tables. */
export function tomlHeader(path: readonly string[], header: '[' | '[['): string {
  const name = path.map(tomlName).join('.');
  return header === '[' ? `[${name}]` : `[[${name}]]`;
}

/** `name = value` on one line. */
export function tomlEntry(name: string, value: JsonValue): string {
  return `${tomlName(name)} = ${inlineToml(value)}`;
}

/** A name, in quotes where it needs them. */
export function tomlName(name: string): string {
  return BARE_KEY.test(name) ? name : tomlText(name);
}

/** A value on one line. */
export function inlineToml(value: JsonValue): string {
  if (typeof value === 'string') return tomlText(value);
  if (typeof value === 'number') return tomlNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (!isJsonObject(value)) return `[${value.map((item: JsonValue) => inlineToml(item)).join(', ')}]`;
  const members = Object.entries(value).map(([name, member]) => tomlEntry(name, member));
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function tomlNumber(value: number): string {
  const text = String(value);
  return Number.isInteger(value) && Math.abs(value) > INTEGER_MAX && !text.includes('e') ? `${text}.0` : text;
}

function tomlText(text: string): string {
  return JSON.stringify(text).replace(DELETE_CHARACTER, '\\u007f');
}

function isArrayOfTables(value: JsonValue): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every((item: JsonValue) => isJsonObject(item));
}

/** The paths of all nulls: an array's path for one inside of it. */
export function nullPaths(value: JsonValue, path = ''): string[] {
  if (value === null) return [path];
  if (Array.isArray(value)) return value.some((item: JsonValue) => nullPaths(item).length > 0) ? [path] : [];
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => nullPaths(member, joinPath(path, name)));
}
