// Reading what was written before: as JSON.parse reads it, but with the names that stand there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEMBERS_BEFORE, NAME_TRAPS, setNameTrap } from '../../../test/support/src/name-traps.js';
import { parseByReference } from '../../../test/support/src/reference-json.js';
import { value } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import type { JsonValue } from './json.js';
import { JSON_NESTING_MAX, TEXT_NESTING_MAX } from './limits.js';
import { parseJson } from './parse-json.js';
import { parseJsonText } from './parse-json-text.js';

const nested = (levels: number, inside = ''): string => '['.repeat(levels) + inside + ']'.repeat(levels);
const BACKSLASH = JSON.stringify('\\');

describe('parseJsonText', () => {
  it('reads back what canonicalJson and JSON.stringify write', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, '\t'), (json, indent) => {
        expect(canonicalJson(parseJsonText(canonicalJson(json)) as JsonValue)).toBe(canonicalJson(json));
        expect(canonicalJson(parseJsonText(JSON.stringify(json, null, indent)) as JsonValue)).toBe(canonicalJson(json));
      }),
    );
  });

  it('reads the names that stand there, behind texts that make JSON.parse misread them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAME_TRAPS), fc.constantFrom(...MEMBERS_BEFORE), value, (trap, before, other) => {
        const text = JSON.stringify({ other, list: [setNameTrap(trap, before)] });
        expect(JSON.stringify(parseJsonText(text))).toBe(JSON.stringify(parseByReference(text)));
      }),
    );
  });

  it.each(['', '{', '{"a":1,}', 'nul', "{'a':1}", `[${BACKSLASH}`, `{"a":${BACKSLASH},}`, `${BACKSLASH} 1`, '"\\x"'])(
    'throws a SyntaxError for %j, which is not JSON',
    (text) => {
      expect(() => parseJsonText(text)).toThrow(SyntaxError);
    },
  );

  it.each([
    ['a name twice', '"a":1,"a":2'],
    ['a number that would change', '"a":9007199254740993'],
    ['half of a surrogate pair', '"a":"\\ud800"'],
    ['NUL', '"a":"\\u0000"'],
    ['a forbidden name', '"__proto__":1'],
    ['more levels than any value has in any wrapper', `"a":${nested(TEXT_NESTING_MAX)}`],
    ['levels that no stack holds', `"a":${nested(1_000_000)}`],
  ])('throws a SyntaxError for %s in a text with a backslash', (_, members) => {
    expect(() => parseJsonText(`{"backslash":${BACKSLASH},${members}}`)).toThrow(SyntaxError);
  });

  it.each(['', BACKSLASH])('reads a negative zero that was stored before, as 0, in a text with the member %j', (other) => {
    const text = `{"a":[-0,-0.0]${other === '' ? '' : `,"b":${other}`}}`;
    expect(canonicalJson(parseJsonText(text) as JsonValue)).toContain('{"a":[0,0]');
  });

  it('accepts every value that a request may hold, in its wrapper', () => {
    const text = nested(JSON_NESTING_MAX, BACKSLASH);
    expect(parseJson(text).ok).toBe(true);
    expect(JSON.stringify(parseJsonText(`{"head":{"document":[null,${text}]}}`))).toBe(`{"head":{"document":[null,${text}]}}`);
    expect(() => parseJsonText(nested(TEXT_NESTING_MAX + 1, BACKSLASH))).toThrow(SyntaxError);
  });
});
