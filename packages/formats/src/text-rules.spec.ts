// What holds for every format: encodings, size, emptiness, places, names of prototypes, and that nothing that is refused is quoted.
import { describe, expect, test } from 'vitest';
import { decodeText } from './decode.js';
import { formatOfFileName, type Format } from './format.js';
import { TEXT_BYTES_MAX } from './limits.js';
import { parseFormat } from './parse-format.js';
import { writeFormat } from './write-format.js';

const FORMATS = ['yaml', 'toml', 'json', 'jsonc', 'env'] as const;
const SAMPLE: Readonly<Record<Format, string>> = {
  yaml: 'A: x\n',
  toml: 'A = "x"\n',
  json: '{"A": "x"}\n',
  jsonc: '{"A": "x"}\n',
  env: 'A=x\n',
};
const bytes = (...codes: number[]): Uint8Array => Uint8Array.from(codes);

describe.each(FORMATS)('%s', (format) => {
  test('a byte order mark is skipped, and takes no column', () => {
    expect(parseFormat(`\uFEFF${SAMPLE[format]}`, format)).toMatchObject({ ok: true, value: { A: 'x' } });
    const broken = parseFormat(`\uFEFF${SAMPLE[format].trim()} @`, format);
    const same = parseFormat(`${SAMPLE[format].trim()} @`, format);
    if (!same.ok) expect(broken).toEqual(same);
  });

  test('line ends of Windows are read', () => {
    expect(parseFormat(SAMPLE[format].replace('\n', '\r\n'), format)).toMatchObject({ ok: true, value: { A: 'x' } });
  });

  test.each(['', ' ', '\n\n', '\uFEFF', '\uFEFF\r\n \t'])('an empty text %j has a code of its own', (text) => {
    expect(parseFormat(text, format)).toMatchObject({
      ok: false,
      problems: [{ code: 'FORMAT_EMPTY', rule: 'empty-text', line: 1, column: 1 }],
    });
  });

  test('a text of comments only is no empty configuration', () => {
    const comment = format === 'jsonc' ? '// c\n/* d */\n' : '# c\n\n  # d\n';
    const code = format === 'json' ? 'FORMAT_MALFORMED' : 'FORMAT_EMPTY';
    expect(parseFormat(comment, format)).toMatchObject({ ok: false, problems: [{ code }] });
  });

  test('a NUL and half of a surrogate pair are refused where they stand', () => {
    const zero = parseFormat(`${SAMPLE[format]}\n\0`, format);
    expect(zero).toMatchObject({ ok: false, problems: [{ code: 'STRING_NUL', line: 3, column: 1 }] });
    expect(parseFormat(SAMPLE[format].replace('x', '\ud800'), format)).toMatchObject({
      ok: false,
      problems: [{ code: 'STRING_LONE_SURROGATE', line: 1 }],
    });
  });

  test('a text of 100 MB is refused before it is read', () => {
    expect(parseFormat(SAMPLE[format].padEnd(100_000_000), format)).toMatchObject({
      ok: false,
      problems: [{ code: 'FORMAT_TOO_LARGE', rule: 'text-too-large' }],
    });
  });

  test.each(['__proto__', 'constructor', 'prototype'])('the name %s is refused, and no prototype is altered', (name) => {
    // The underscores of __proto__ part an .env name.
    const code = format === 'env' && name.includes('__') ? 'FORMAT_MALFORMED' : 'NAME_FORBIDDEN';
    expect(parseFormat(SAMPLE[format].replace('A', name), format)).toMatchObject({ ok: false, problems: [{ code, line: 1 }] });
    expect(({} as Record<string, unknown>).A).toBe(undefined);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test.each(['toString', 'hasOwnProperty', '__defineGetter__'])('the name %s is a name like any other', (name) => {
    if (format === 'env' && name.includes('__')) return;
    const parsed = parseFormat(SAMPLE[format].replace('A', name), format);
    expect(parsed.ok && Object.entries(parsed.value)).toEqual([[name, 'x']]);
  });
});

describe('places', () => {
  const texts: Readonly<Record<Exclude<Format, 'env'>, string>> = {
    yaml: 'risk:\n  "max.size": 1\n  list:\n    - a\n    - b: 2\nshared: &s\n  x: 1\nuser: *s\n',
    toml: '[risk]\n"max.size" = 1\nlist = [\n  "a",\n  { b = 2 },\n]\n[shared]\nx = 1\n',
    json: '{\n "risk": {\n  "max.size": 1,\n  "list": [\n   "a",\n   {"b": 2}\n  ]\n }\n}',
    jsonc: '{ // c\n "risk": {\n  "max.size": 1,\n  "list": [\n   "a",\n   {"b": 2}\n  ]\n }\n}',
  };
  const placesOf = (format: Exclude<Format, 'env'>): ((path: string | readonly (string | number)[]) => string) => {
    const parsed = parseFormat(texts[format], format);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return (path) => {
      const { line, column } = parsed.placeOf(path);
      return `${line}:${column}`;
    };
  };

  test.each([
    ['yaml', ['1:1', '2:3', '5:7', '3:3']],
    ['toml', ['1:2', '2:1', '5:3', '3:1']],
    ['json', ['2:2', '3:3', '6:4', '4:3']],
    ['jsonc', ['2:2', '3:3', '6:4', '4:3']],
  ] as const)('%s: a member stands at its name, an element at its value, and what is missing at what lies above it', (format, places) => {
    const placeOf = placesOf(format);
    const found = ['risk', 'risk.max\\.size', ['risk', 'list', 1], 'risk.list.missing.more'].map(placeOf);
    expect(found).toEqual(places);
    expect(placeOf(['risk', 'list', '1'])).toBe(placeOf(['risk', 'list', 1, 'c', 'd']));
  });

  test('what an alias repeats stands where it was written', () => {
    const placeOf = placesOf('yaml');
    expect([placeOf('user'), placeOf('user.x')]).toEqual(['8:1', '7:3']);
  });

  test('the root and a path that is none stand at the start', () => {
    expect([placesOf('json')([]), placesOf('json')(''), placesOf('json')('a..b')]).toEqual(['1:1', '1:1', '1:1']);
  });

  test('an .env name stands at its line', () => {
    const parsed = parseFormat('A=1\nRISK__MAX=2\n', 'env');
    expect(parsed.ok && parsed.placeOf('RISK.MAX')).toEqual({ line: 2, column: 1 });
  });
});

describe('decodeText', () => {
  test('UTF-8 is decoded with or without a byte order mark, which stays', () => {
    expect(decodeText(bytes(0x61, 0xc3, 0xa9))).toEqual({ ok: true, text: 'aé' });
    expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0x61))).toEqual({ ok: true, text: '\uFEFFa' });
    expect(decodeText(bytes())).toEqual({ ok: true, text: '' });
  });

  test.each([
    ['little-endian with a mark', [0xff, 0xfe, 0x61, 0x00]],
    ['big-endian with a mark', [0xfe, 0xff, 0x00, 0x61]],
    ['little-endian without a mark', [0x61, 0x00, 0x62, 0x00]],
    ['big-endian without a mark', [0x00, 0x61, 0x00, 0x62]],
  ])('UTF-16 is refused: %s', (_, codes) => {
    expect(decodeText(bytes(...codes))).toMatchObject({
      ok: false,
      problems: [{ code: 'FORMAT_ENCODING', rule: 'utf-16', line: 1, column: 1 }],
    });
  });

  test('Latin-1 is refused at the first byte that is not UTF-8', () => {
    const text = new TextEncoder().encode('a: 1\nb: caf');
    expect(decodeText(bytes(...text, 0xe9, 0x0a, 0x63))).toMatchObject({
      ok: false,
      problems: [{ code: 'FORMAT_ENCODING', rule: 'not-utf-8', line: 2, column: 7 }],
    });
  });

  test('bytes beyond the limit are refused before they are decoded', () => {
    expect(decodeText(new Uint8Array(TEXT_BYTES_MAX)).ok).toBe(true);
    expect(decodeText(new Uint8Array(TEXT_BYTES_MAX + 1))).toMatchObject({ ok: false, problems: [{ code: 'FORMAT_TOO_LARGE' }] });
  });
});

test.each([
  ['a/b/config.yaml', 'yaml'],
  ['CONF.YML', 'yaml'],
  ['C:\\bot\\node.toml', 'toml'],
  ['config.json', 'json'],
  ['config.jsonc', 'jsonc'],
  ['.env', 'env'],
  ['a/.env.production', 'env'],
  ['prod.env', 'env'],
  ['.env.yaml.d/x', null],
  ['README', null],
  ['a.constructor', null],
  ['', null],
])('the format of %j is %j', (name, format) => expect(formatOfFileName(name)).toBe(format));

describe('writeFormat', () => {
  const mask = { $sealed: true };

  test('TOML names all paths that it cannot carry, at once', () => {
    const value = { a: null, b: { 'c.d': null, e: [1, [null], { f: null }] }, g: 1 };
    expect(writeFormat(value, 'toml')).toMatchObject({ ok: false, problem: { code: 'CANNOT_CARRY', paths: ['a', 'b.c\\.d', 'b.e'] } });
    expect(writeFormat({}, 'toml')).toMatchObject({ ok: false, problem: { code: 'CANNOT_CARRY', rule: 'empty-document', paths: [''] } });
  });

  test('a mask is an object like any other, unless it is asked to be left out and listed', () => {
    const value = { api: { key: mask, url: 'x' }, token: mask, list: [mask] };
    expect(parseFormat((writeFormat(value, 'toml') as { text: string }).text, 'toml')).toMatchObject({ ok: true, value });
    const written = writeFormat(value, 'toml', { leaveOut: (member) => JSON.stringify(member) === JSON.stringify(mask) });
    expect(written).toMatchObject({ ok: true, leftOut: ['api.key', 'token'] });
    expect(written.ok && parseFormat(written.text, 'toml')).toMatchObject({ ok: true, value: { api: { url: 'x' }, list: [mask] } });
  });

  test.each([
    [{ a: ['\ud800'] }, 'STRING_LONE_SURROGATE', 'a'],
    [{ a: { b: '\0' } }, 'STRING_NUL', 'a.b'],
    [{ a: { constructor: 1 } }, 'NAME_FORBIDDEN', 'a.constructor'],
    [{ a: Number.NaN }, 'FORMAT_UNSUPPORTED', 'a'],
  ])('%j is refused in every format', (value, code, path) => {
    for (const format of ['yaml', 'toml', 'json'] as const)
      expect(writeFormat(value, format)).toMatchObject({ ok: false, problem: { code, paths: [path] } });
  });

  test('a value that is nested too deeply is refused', () => {
    const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
    expect(writeFormat(nested(99) as never, 'yaml').ok).toBe(true);
    expect(writeFormat(nested(100) as never, 'yaml')).toMatchObject({ ok: false, problem: { code: 'JSON_TOO_DEEP' } });
  });
});

test.each([
  ['yaml', 'k: &a hunter2\n  b: "hunter2'],
  ['yaml', 'k: "hunter2" hunter2'],
  ['yaml', '- hunter2'],
  ['yaml', 'hunter2'],
  ['toml', 'k = hunter2'],
  ['toml', 'k = "hunter2'],
  ['json', '{"k": hunter2}'],
  ['json', '{"k": "hunter2}'],
  ['env', "K='hunter2' hunter2"],
] as const)('a refusal of %s quotes no value: %j', (format, text) => {
  const parsed = parseFormat(text, format);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain('hunter2');
});
