// How each format writes inside of brackets.
import { isJsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import type { UpdatedFormat } from '../format.js';
import { inlineToml, tomlName } from '../toml/write.js';
import { inlineYaml, isStructure, yamlName } from '../yaml/write.js';
import type { FlowSyntax } from './flow.js';

const INDENTED_LINE = /\n([ \t]+)\S/;

/** The syntax of a format; that of JSON indents as the text does. */
export function flowSyntaxOf(format: UpdatedFormat, text: string): FlowSyntax {
  if (format === 'yaml') return { ...HASH_COMMENTS, name: yamlName, between: ': ', value: inlineYaml };
  if (format === 'toml') return { ...HASH_COMMENTS, name: tomlName, between: ' = ', value: inlineToml };
  const unit = INDENTED_LINE.exec(text)?.[1] ?? '  ';
  const line = text.includes('\r\n') ? '\r\n' : '\n';
  const value = (json: JsonValue, indentation: string | null): string =>
    indentation === null || !isStructure(json) ? inlineJson(json) : JSON.stringify(json, null, unit).replaceAll('\n', line + indentation);
  return { ...SLASH_COMMENTS, name: (name) => JSON.stringify(name), between: ': ', value };
}

const HASH_COMMENTS = { blank: /(?:[ \t\r\n]|#[^\n]*)*/y, restOfLine: /[ \t]*(?:#[^\n]*)?\r?/y };
const SLASH_COMMENTS = {
  blank: /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y,
  restOfLine: /(?:[ \t]|\/\*[^\n]*?\*\/)*(?:\/\/[^\n]*)?\r?/y,
};

function inlineJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => inlineJson(item)).join(', ')}]`;
  if (value === null || typeof value !== 'object' || !isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${inlineJson(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
