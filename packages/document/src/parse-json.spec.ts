// The parser against JSON.parse (as it ought to be: some releases misread names), and every reason for which it refuses.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByReference } from '../../../test/support/src/reference-json.js';
import { object, value } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import { JSON_NESTING_CEILING, JSON_NESTING_MAX } from './limits.js';
import { exactNumber } from './number-literal.js';
import { parseJson } from './parse-json.js';
import type { JsonValue } from './json.js';

function parsed(text: string): JsonValue {
  const result = parseJson(text);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

function problemOf(text: string, maxDepth?: number) {
  const result = parseJson(text, maxDepth === undefined ? {} : { maxDepth });
  if (result.ok) throw new Error(`${text.slice(0, 80)} was accepted`);
  return result.problem;
}

/** The value of a decimal literal as an integer, counted in units of 10^-1000. */
function scaled(literal: string): bigint {
  const [, sign, whole = '', fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  return BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(1000 + Number(power) - fraction.length);
}

describe('parseJson on what JSON.parse accepts too', () => {
  it('gives the same value', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, '\t', ' \r\n '), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        expect(canonicalJson(parsed(text))).toBe(canonicalJson(parseByReference(text) as JsonValue));
      }),
    );
  });

  it('reads back what canonicalJson writes', () => {
    fc.assert(
      fc.property(value, (json) => {
        expect(canonicalJson(parsed(canonicalJson(json)))).toBe(canonicalJson(json));
      }),
    );
  });

  it('agrees on whether a damaged text is JSON at all', () => {
    const damage = fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...'"\\{}[],:-01.eun \n\u0001'.split('')));
    fc.assert(
      fc.property(object, fc.array(damage, { maxLength: 3 }), (json, damages) => {
        let text = JSON.stringify(json);
        for (const [anywhere, cut, put] of damages) {
          const at = anywhere % (text.length + 1);
          text = text.slice(0, at) + put + text.slice(at + cut);
        }
        const result = parseJson(text);
        const native = nativeParse(text);
        if (result.ok) expect(canonicalJson(result.value)).toBe(canonicalJson(native.value));
        else if (result.problem.code === 'JSON_MALFORMED') expect(native.ok).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes names of the prototype as data of their own, and keeps names that look like numbers', () => {
    const json = parsed('{"toString":1,"hasOwnProperty":{"valueOf":2},"10":"ten","2":"two"}');
    expect(Object.keys(json as object).sort()).toEqual(['10', '2', 'hasOwnProperty', 'toString']);
    expect(Object.hasOwn(json as object, 'toString')).toBe(true);
  });

  it('decodes every escape', () => {
    expect(parsed('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00"')).toBe('"\\/\b\f\n\r\té😀');
  });

  it('reads strings of every length and alphabet, with and without escapes, out of texts of every length', () => {
    const part = fc.constantFrom('a', 'leaf', '\\', '"', '\n', 'é', '€', '😀', 'x'.repeat(13), 'y'.repeat(700));
    const string = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(string, { maxLength: 20 }), fc.constantFrom(0, 1), (strings, indent) => {
        expect(parsed(JSON.stringify(strings, null, indent))).toEqual(strings);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps little of a large text alive for the sake of a string that is kept', () => {
    const kept: JsonValue[] = [];
    const before = heapBytes();
    for (let text = 0; text < 100; text += 1) {
      kept.push(
        (parsed(`["${'x'.repeat(1_000_000)}","kept beyond its text, ${text}","and with an escape: \\"${text}\\""]`) as JsonValue[]).slice(
          1,
        ),
      );
    }
    expect(heapBytes() - before).toBeLessThan(10_000_000);
    expect(kept.length).toBe(100);
  });

  it.each([
    ['escapes', '\\\\'.repeat(2_000_000)],
    ['escapes by number', '\\u00e9'.repeat(500_000)],
    ['quotes', '","'.repeat(500_000)],
    ['quotes behind escapes', '\\"","'.repeat(500_000)],
  ])('reads a text of a million %s in linear time', (_, inside) => {
    expect(parsed(`["${inside}"]`)).toEqual(parseByReference(`["${inside}"]`));
  });

  it('reads a string that is long enough to be a window on the text', () => {
    const strings = ['abcdefghijklmnopqrstuvwxyz', 'é is not ASCII, and long'];
    expect(parsed(JSON.stringify(strings))).toEqual(strings);
  });
});

/** Bytes in use when everything that nobody holds is gone. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function nativeParse(text: string): { ok: boolean; value: JsonValue } {
  try {
    return { ok: true, value: parseByReference(text) as JsonValue };
  } catch {
    return { ok: false, value: null };
  }
}

describe('numbers', () => {
  const kept = '0 1.0 1e2 0.10 1E+2 100e-2 0.1 0e99999 0.000 -12.5 123456789012345 9007199254740992'.split(' ');
  it.each([...kept, '123456789012345680000', '1e21', '5e-324', '1.7976931348623157e308'])(
    'accepts %s, whose value a double keeps',
    (literal) => {
      expect(parsed(literal)).toBe(Number(literal) + 0);
    },
  );

  it.each(['-0', '-0.0', '-0.00', '-0e5', '-0E-1', '-0.0e400'])('refuses %s, whose sign would be lost', (literal) => {
    for (const [text, path] of [
      [`{"limits":{"max":${literal}}}`, 'limits.max'],
      [`{"limits":[1,{"max":${literal}}]}`, 'limits'],
    ] as const) {
      const problem = problemOf(text);
      expect(problem).toMatchObject({ code: 'NUMBER_NOT_EXACT', rule: 'negative-zero', path });
      expect(problem.message).toContain(`The zero at line 1, column ${text.indexOf('-') + 1} has a minus sign`);
      expect(problem.remedy).toBe('Send 0, or send it as a string.');
    }
    expect(parseJson(literal, { negativeZero: 'read' })).toEqual({ ok: true, value: 0 });
  });

  const changed = '9007199254740993 0.12345678901234567890 1e999 -1e999 1e-400 12345678901234567 333333333.33333329'.split(' ');
  it.each([...changed, '4.9e-324', '0.1000000000000000055511151231257827'])('refuses %s, whose value would change', (literal) => {
    const problem = problemOf(`{"limits":{"max":${literal}}}`);
    expect(problem).toMatchObject({ code: 'NUMBER_NOT_EXACT', path: 'limits.max' });
    expect(problem.remedy).toContain('Send it as a string');
  });

  it('accepts a literal exactly when its decimal value is that of the shortest form of the double', () => {
    const digits = (maxLength: number) => fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength }).map((list) => list.join(''));
    const whole = digits(20).map((text) => text.replace(/^0+(?=\d)/, ''));
    const literal = fc
      .tuple(fc.constantFrom('', '-'), whole, fc.option(digits(20)), fc.option(fc.integer({ min: -350, max: 320 })))
      .map(([sign, before, after, power]) => `${sign}${before}${after === null ? '' : `.${after}`}${power === null ? '' : `e${power}`}`);
    fc.assert(
      fc.property(literal, (written) => {
        const kept = Number(written);
        const exact = Number.isFinite(kept) && scaled(written) === scaled(String(kept)) && !Object.is(kept, -0);
        expect(parseJson(written).ok).toBe(exact);
        if (exact) expect(parsed(written)).toBe(kept);
      }),
      { numRuns: 5000 },
    );
  });

  it('accepts every double as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(parsed(String(double))).toBe(double + 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('judges a literal with a million digits in linear time', () => {
    expect(exactNumber(`0.${'0'.repeat(500_000)}${'1'.repeat(500_000)}`, 1_000_001, false)).toBe(null);
    expect(exactNumber(`1${'0'.repeat(300)}.${'0'.repeat(1_000_000)}`, 1_000_301, false)).toBe(1e300);
  });
});

describe('refusals', () => {
  const unfinished = ['', ' ', '{', '[1', '{"a":1', '{"a"', '{"a":', '"abc', '"\\u12', 'nul', '-', '1.', '1e', '1e+'];
  const misspelt = ['01', '.5', '+1', '0x10', 'NaN', 'Infinity', 'undefined', '"\\x"', '"\\u12g4"', '"a\nb"', '"\u0000"'];
  const misplaced = ["{'a':1}", '{a:1}', '[1,]', '{"a":1,}', '[1 2]', '// x\n1', '1 2', '[}', '{]', ',', '\ufeff{}', '\u00a01'];
  it.each([...unfinished, ...misspelt, ...misplaced])('refuses %j as malformed, naming line and column', (text) => {
    expect(problemOf(text)).toMatchObject({ code: 'JSON_MALFORMED' });
    expect(problemOf(text).message).toMatch(/line \d+, column \d+/);
    expect(nativeParse(text).ok).toBe(false);
  });

  it('counts lines and columns from 1', () => {
    expect(problemOf('{\n  "a": 1,\n  "b": tru\n}').message).toContain('line 3, column 8');
  });

  it('names the remedy of the usual mistakes', () => {
    expect(problemOf('{"a":1,}').remedy).toContain('Remove the last comma');
    expect(problemOf("{'a':1}").remedy).toContain('double quotes');
    expect(problemOf('{"a":NaN}').remedy).toContain('or a string');
    expect(problemOf('{ // x\n}').remedy).toContain('comment');
    expect(problemOf('\ufeff{}').rule).toBe('byte-order-mark');
  });

  const duplicates = ['{"a":1,"a":1}', '{"a":1,"b":2,"\\u0061":3}', '{"toString":1,"toString":2}', '{"1":1,"1":2}', '{"a":null,"a":2}'];
  it.each(duplicates)('refuses %s: a name twice in one object', (text) => {
    expect(problemOf(text).code).toBe('JSON_DUPLICATE_NAME');
  });

  it('names the object in which a name occurs twice', () => {
    expect(problemOf('{"a":{"b.c":{"d":1,"d":2}}}').path).toBe('a.b\\.c.d');
  });

  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('refuses the name %s at any depth', (name) => {
    expect(problemOf(`{"${name}":1}`).code).toBe('NAME_FORBIDDEN');
    expect(problemOf(`{"a":[1,{"${name}":1}]}`)).toMatchObject({ code: 'NAME_FORBIDDEN', path: 'a' });
  });

  const halves = ['"\\ud800"', '"\\ude00\\ud83d"', '"a\ud800"', '{"\\ud800":1}', '[[{"a":"\\udfff"}]]'];
  it.each(halves)('refuses %j: half of a surrogate pair', (text) => {
    expect(problemOf(text).code).toBe('STRING_LONE_SURROGATE');
  });

  it.each(['"\\u0000"', '{"a\\u0000":1}', '["long enough to be copied \\u0000"]'])('refuses %s: NUL', (text) => {
    expect(problemOf(text).code).toBe('STRING_NUL');
  });

  it.each([
    [
      '{"a":"ab\\u0000"}',
      'The string of 3 characters holds a NUL (U+0000) at character 3, which databases cannot keep. It begins at line 1, column 6.',
    ],
    ['{"a":"b\\ud800c"}', 'The string of 3 characters holds half of a surrogate pair at character 2'],
    ['{"a":12345678901234567890}', 'The number of 20 characters at line 1, column 6 would be rounded'],
    ['{"a":1e999}', 'The number of 5 characters at line 1, column 6 is too large'],
    ['{"a":1e-999}', 'The number of 6 characters at line 1, column 6 is too close to 0'],
    ['{"a":hunter2}', 'A value is expected, but a letter stands at line 1, column 6.'],
    ['{"a":"hun"2}', 'A comma or } is expected, but a digit stands at line 1, column 11.'],
    ['{"a":€}', 'A value is expected, but another character stands at line 1, column 6.'],
  ])('says of %s where it is and of what kind, but no piece of the value', (text, message) => {
    expect(problemOf(text)).toMatchObject({ path: expect.stringMatching(/^a?$/), message: expect.stringContaining(message) });
  });

  it('takes for a name only what a colon follows: before, it may be a value whose object was closed too early', () => {
    expect(problemOf('{"list":[{"a":1],"hunter2"]}').path).toBe('list');
    expect(problemOf('{"a":{"b":1,"hunter2"}}')).toMatchObject({ path: 'a', message: expect.stringContaining('A colon is expected') });
  });

  it('ends the path at an array and names the place inside in the message', () => {
    const problem = problemOf('{"a":{"list":[1,{"x":"\\u0000"}]}}');
    expect(problem.path).toBe('a.list');
    expect(problem.message).toContain('[1]["x"]');
  });
});

describe('nesting', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

  it('is accepted up to the limit and refused above it', () => {
    expect(parseJson(nested(JSON_NESTING_MAX)).ok).toBe(true);
    expect(problemOf(nested(JSON_NESTING_MAX + 1)).code).toBe('JSON_TOO_DEEP');
    expect(problemOf(nested(4), 3).code).toBe('JSON_TOO_DEEP');
  });

  it('is counted by level, not by number of objects', () => {
    expect(parseJson(`[${Array.from({ length: 500 }, () => '{}').join(',')}]`, { maxDepth: 2 }).ok).toBe(true);
  });

  it('of 5,000 or 5,000,000 levels is a refusal, whatever depth was asked for', () => {
    expect(problemOf(nested(5_000)).code).toBe('JSON_TOO_DEEP');
    expect(problemOf('{"a":'.repeat(5_000)).code).toBe('JSON_TOO_DEEP');
    expect(problemOf('['.repeat(5_000_000), Number.POSITIVE_INFINITY).code).toBe('JSON_TOO_DEEP');
    expect(parseJson(nested(JSON_NESTING_CEILING), { maxDepth: 1_000_000 }).ok).toBe(true);
  });
});
