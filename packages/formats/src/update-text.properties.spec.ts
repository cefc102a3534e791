// Whatever the text and the value: what is read back from the updated text is the value, and nothing to change changes nothing.
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify as stringifyYaml } from 'yaml';
import { document, tomlDocument } from './arbitraries.js';
import type { UpdatedFormat } from './format.js';
import { parseFormat } from './parse-format.js';
import { updateText } from './update-text.js';
import { writeFormat } from './write-format.js';

const RUNS = { numRuns: 150 };

/** Some members of the one, some of the other, and some of both. */
function mixed(one: JsonObject, other: JsonObject, choices: readonly number[], depth = 0): JsonObject {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const members = names.flatMap((name, index): [string, JsonValue][] => {
    const [left, right] = [ownMember(one, name), ownMember(other, name)];
    const choice = choices[(index + depth * 3) % choices.length] ?? 0;
    if (left === undefined || right === undefined)
      return choice % 2 === 0 ? [[name, (left === undefined ? right : left) as JsonValue]] : [];
    if (isJsonObject(left) && isJsonObject(right)) return [[name, mixed(left, right, choices, depth + 1)]];
    if (Array.isArray(left) && Array.isArray(right))
      return [[name, (choice % 2 === 0 ? [...left, ...right] : [...left.slice(1), ...right.slice(1)]) as JsonValue[]]];
    return [[name, choice % 2 === 0 ? left : right]];
  });
  return Object.fromEntries(members);
}

function ownMember(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Puts comments and empty lines between lines, and comments behind some. */
function commented(text: string, format: UpdatedFormat, choices: readonly number[]): string {
  const mark = format === 'jsonc' ? '// note' : '# note';
  const lines = text.trimEnd().split('\n');
  const decorated = lines.flatMap((line, index) => {
    const choice = choices[index % choices.length] ?? 0;
    const indent = /^ */.exec(line)?.[0] ?? '';
    if (choice % 5 === 1) return [`${indent}${mark} above`, line];
    if (choice % 5 === 2) return [`${line} ${mark} behind`];
    if (choice % 5 === 3) return ['', line];
    return [line];
  });
  return `${decorated.join(choices.length % 2 === 0 ? '\n' : '\r\n')}\n`;
}

const choices = fc.array(fc.nat(20), { minLength: 1, maxLength: 12 });

describe.each(['yaml', 'json', 'jsonc', 'toml'] as const)('%s', (format) => {
  const documents = format === 'toml' ? tomlDocument : document;
  const writtenAs = format === 'jsonc' ? 'json' : format;

  test('an updated text is read back as the value, whatever comments it has', () => {
    fc.assert(
      fc.property(documents, documents, choices, choices, (base, other, mix, decoration) => {
        const written = writeFormat(base, writtenAs);
        if (!written.ok) throw new Error(written.problem.message);
        const text = format === 'json' ? written.text : commented(written.text, format, decoration);
        const before = parseFormat(text, format);
        fc.pre(before.ok);
        if (!before.ok) return;
        const wanted = mixed(before.value, other, mix);
        fc.pre(format !== 'toml' || Object.keys(wanted).length > 0);
        const updated = updateText(text, format, wanted);
        if (!updated.ok) throw new Error(`${JSON.stringify(updated)}\n${text}\n${JSON.stringify(wanted)}`);
        const after = parseFormat(updated.text, format);
        expect(after.ok && equalJson(after.value, wanted), `${text}\n---\n${updated.text}`).toBe(true);
      }),
      RUNS,
    );
  });

  test('a text that has the value already comes back byte for byte', () => {
    fc.assert(
      fc.property(documents, choices, (value, decoration) => {
        const written = writeFormat(value, writtenAs);
        if (!written.ok) throw new Error(written.problem.message);
        const text = format === 'json' ? written.text : commented(written.text, format, decoration);
        const before = parseFormat(text, format);
        fc.pre(before.ok);
        if (before.ok) expect(updateText(text, format, before.value)).toEqual({ ok: true, text });
      }),
      RUNS,
    );
  });
});

test('a YAML text with aliases, brackets and other indentation is read back as the value', () => {
  const styles = fc.record({
    indent: fc.constantFrom(2, 4),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom('any', 'block', 'flow'),
  });
  fc.assert(
    fc.property(document, document, document, styles, choices, choices, (shared, base, other, style, mix, decoration) => {
      const repeated = { ...base, first: shared, list: [shared, 1, base], second: { shared, again: [base.a ?? null, shared] } };
      const text = commented(stringifyYaml(repeated, { ...style, lineWidth: 0 }), 'yaml', decoration);
      const before = parseFormat(text, 'yaml');
      // A name that begins with U+FEFF would become a byte order mark as the first line: CANNOT_KEEP.
      fc.pre(before.ok && !text.includes('\uFEFF'));
      if (!before.ok) return;
      expect(updateText(text, 'yaml', before.value)).toEqual({ ok: true, text });
      const wanted = mixed(before.value, { ...other, first: other, second: { shared: other } }, mix);
      const updated = updateText(text, 'yaml', wanted);
      if (!updated.ok) throw new Error(`${JSON.stringify(updated)}\n${text}\n${JSON.stringify(wanted)}`);
      const after = parseFormat(updated.text, 'yaml');
      expect(after.ok && equalJson(after.value, wanted), `${text}\n---\n${updated.text}`).toBe(true);
    }),
    RUNS,
  );
});
