// What an update changes, and what it leaves as a person wrote it.
import { describe, expect, test } from 'vitest';
import type { UpdatedFormat } from './format.js';
import { parseFormat } from './parse-format.js';
import { updateText } from './update-text.js';

interface MarketMaker {
  exchange: string;
  pairs: string[];
  risk: { maxOrders: number; daily?: (number | string)[] };
  note: string;
  limits?: { day: number };
}

interface WithAliases {
  base?: { retries: number };
  a: { retries: number };
  b: { retries: number };
}

interface Bot {
  max: number;
  pairs: string[];
  dry?: boolean;
  new?: { a: number };
}

interface TradingNode {
  trader_id: string;
  log?: string;
  risk: { pairs: string[]; fees: { maker: number; taker?: number } };
  venue?: { name: string; limits?: { rate: number; burst?: number } }[];
  deep: { er: { n?: number } };
}

/** The updated text, after it was read back as the edited value. */
function updated(text: string, format: UpdatedFormat, edit: (value: never) => void): string {
  const read = parseFormat(text, format);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const value = structuredClone(read.value);
  edit(value as never);
  const result = updateText(text, format, value);
  if (!result.ok) throw new Error(JSON.stringify(result));
  const again = parseFormat(result.text, format);
  expect(again.ok && again.value).toEqual(value);
  return result.text;
}

describe('YAML', () => {
  const text = [
    '# Market maker, desk 2',
    'exchange: binance   # spot',
    'pairs:        # by volume',
    '  - BTC/USDT  # big',
    '  - ETH/USDT  # second',
    '  # thin',
    '  - SOL/USDT',
    '',
    "risk: {maxOrders: 10, 'hedge': no} # flow",
    'note: |',
    '  two',
    '  lines',
    '',
    'last: x',
    '',
  ].join('\n');

  test('a scalar is changed in its place; its comment and the spaces around it stay', () => {
    expect(updated(text, 'yaml', (value: MarketMaker) => (value.exchange = 'kraken'))).toBe(text.replace('binance', 'kraken'));
    expect(updated(text, 'yaml', (value: MarketMaker) => (value.risk.maxOrders = 11))).toBe(text.replace('maxOrders: 10', 'maxOrders: 11'));
  });

  test('an element that is removed takes its line and the comment on it along', () => {
    expect(updated(text, 'yaml', (value: MarketMaker) => value.pairs.splice(1, 1))).toBe(text.replace('  - ETH/USDT  # second\n', ''));
  });

  test('new members and elements are added behind the last, at its indentation', () => {
    expect(updated(text, 'yaml', (value: MarketMaker) => value.pairs.push('NO'))).toBe(
      text.replace('  - SOL/USDT\n', '  - SOL/USDT\n  - "NO"\n'),
    );
    expect(updated(text, 'yaml', (value: MarketMaker) => (value.risk.daily = [1, 'no']))).toBe(
      text.replace('no}', 'no, daily: [1, "no"]}'),
    );
    expect(updated(text, 'yaml', (value: MarketMaker) => (value.limits = { day: 5 }))).toBe(`${text}limits:\n  day: 5\n`);
  });

  test('a text of several lines stays a literal block', () => {
    expect(updated(text, 'yaml', (value: MarketMaker) => (value.note = 'now\nthree\nlines\n'))).toBe(
      text.replace('  two\n', '  now\n  three\n'),
    );
  });

  test('an alias stays while its value does, and is written out when it differs', () => {
    const aliases = 'base: &base\n  retries: 3 # each\na: *base\nb: *base\n';
    const bothMoved = updated(aliases, 'yaml', (value: WithAliases) => (value.base = value.a = value.b = { retries: 4 }));
    expect(bothMoved).toBe(aliases.replace('retries: 3', 'retries: 4'));
    expect(updated(aliases, 'yaml', (value: WithAliases) => (value.a = { retries: 5 }))).toBe(
      aliases.replace('a: *base', 'a:\n  retries: 5'),
    );
    expect(updated(aliases, 'yaml', (value: WithAliases) => delete value.base)).toBe('a:\n  retries: 3\nb:\n  retries: 3\n');
  });

  test('a new member stands behind the empty lines that belong to a literal block', () => {
    const literal = 'a: |+\n  x\n\n\n';
    expect(updateText(literal, 'yaml', { a: 'x\n\n\n', b: 1 })).toEqual({ ok: true, text: `${literal}b: 1\n` });
  });

  test('line ends and a byte order mark stay', () => {
    const windows = `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    expect(updated(windows, 'yaml', (value: MarketMaker) => (value.limits = { day: 5 }))).toBe(`${windows}limits:\r\n  day: 5\r\n`);
  });
});

describe('JSON with comments', () => {
  const text = [
    '{',
    '  // bot',
    '  "max": 3, // trades',
    '  "pairs": [',
    '    "A", // first',
    '    "B"',
    '  ],',
    '  /* end */',
    '  "dry": true // run',
    '}',
    '',
  ].join('\n');

  test('comments stay where values change, come and go', () => {
    expect(updated(text, 'jsonc', (value: Bot) => (value.max = 4))).toBe(text.replace('3', '4'));
    expect(updated(text, 'jsonc', (value: Bot) => value.pairs.push('C'))).toBe(text.replace('"B"', '"B",\n    "C"'));
    expect(updated(text, 'jsonc', (value: Bot) => value.pairs.shift())).toBe(text.replace('    "A", // first\n', ''));
    expect(updated(text, 'jsonc', (value: Bot) => (value.new = { a: 1 }))).toBe(
      text.replace('true // run\n', 'true, // run\n  "new": {\n    "a": 1\n  }\n'),
    );
    expect(updated(text, 'jsonc', (value: Bot) => delete value.dry)).toBe(text.replace('],', ']').replace('  "dry": true // run\n', ''));
  });

  test('tabs, one line and a trailing comma are kept as they are', () => {
    expect(updated('{\n\t"a": {\n\t\t"b": 1,\n\t},\n}', 'jsonc', (value: { a: { c?: { d: number } } }) => (value.a.c = { d: 1 }))).toBe(
      '{\n\t"a": {\n\t\t"b": 1,\n\t\t"c": {\n\t\t\t"d": 1\n\t\t},\n\t},\n}',
    );
    expect(updated('{"a": 1, "b": 2}', 'json', (value: { c?: number[] }) => (value.c = [1]))).toBe('{"a": 1, "b": 2, "c": [1]}');
  });
});

describe('TOML', () => {
  const text = [
    '# Node',
    'trader_id = "T-001"   # unique',
    '',
    '[risk] # limits',
    'max = 10',
    'fees.maker = 0.1',
    'pairs = [',
    '  "A", # first',
    ']',
    '',
    '# venues',
    '[[venue]]',
    'name = "X"',
    '[venue.limits]',
    'rate = 5',
    '',
    '[deep.er.table]',
    'q = 1',
    '',
  ].join('\n');

  test('a value is changed in its place; comments stay', () => {
    expect(updated(text, 'toml', (value: TradingNode) => (value.trader_id = 'T-002'))).toBe(text.replace('T-001', 'T-002'));
    expect(updated(text, 'toml', (value: TradingNode) => value.risk.pairs.push('B'))).toBe(
      text.replace('"A", # first', '"A", # first\n  "B",'),
    );
  });

  test('a new value goes to its own table: behind its last line, its dotted keys, or under a new header', () => {
    expect(updated(text, 'toml', (value: TradingNode) => (value.log = 'INFO'))).toBe(
      text.replace('# unique\n', '# unique\nlog = "INFO"\n'),
    );
    expect(updated(text, 'toml', (value: TradingNode) => (value.risk.fees.taker = 0.2))).toBe(
      text.replace('0.1\n', '0.1\nfees.taker = 0.2\n'),
    );
    expect(updated(text, 'toml', (value: TradingNode) => Object.assign(value.venue?.[0]?.limits ?? {}, { burst: 9 }))).toBe(
      text.replace('rate = 5\n', 'rate = 5\nburst = 9\n'),
    );
    expect(updated(text, 'toml', (value: TradingNode) => (value.deep.er.n = 1))).toBe(`${text}\n[deep.er]\nn = 1\n`);
    expect(updated(text, 'toml', (value: TradingNode) => value.venue?.push({ name: 'Y' }))).toBe(`${text}\n[[venue]]\nname = "Y"\n`);
  });

  test('a value for the last table and a new table both go to the end, the value first', () => {
    const nested = '[x.y.z]\nq = 1\n\n[x]\nm = 1\n';
    const result = updateText(nested, 'toml', { x: { y: { z: { q: 1 }, k: 1 }, m: 1, k: 2 } });
    expect(result).toEqual({ ok: true, text: `${nested}k = 2\n\n[x.y]\nk = 1\n` });
  });

  test('a table is removed with its header; comments above it stay', () => {
    expect(updated(text, 'toml', (value: TradingNode) => delete value.venue)).toBe(
      text.replace('[[venue]]\nname = "X"\n[venue.limits]\nrate = 5\n', ''),
    );
  });

  test('a value that TOML cannot carry is refused with all its paths', () => {
    const refused = { ok: false, problem: { code: 'CANNOT_CARRY', paths: ['a', 'b.c'] } };
    expect(updateText(text, 'toml', { a: null, b: { c: [null] } })).toMatchObject(refused);
    expect(updateText(text, 'toml', {})).toMatchObject({
      ok: false,
      problem: { code: 'CANNOT_CARRY', rule: 'empty-document', paths: [''] },
    });
  });
});

test('a text that cannot be read is not updated, and its problems have their places', () => {
  expect(updateText('a: [1', 'yaml', { a: 1 })).toMatchObject({ ok: false, problems: [{ code: 'FORMAT_MALFORMED', line: 1 }] });
});

test('where no edit reaches a value, CANNOT_KEEP says so, and the text is not written anew in silence', () => {
  const text = '# kept\n? a\n: 1\n? b\n: 2\n';
  expect(updateText(text, 'yaml', { a: 1, b: 3 })).toMatchObject({ ok: false, problem: { code: 'CANNOT_KEEP', rule: 'no-such-edit' } });
});
