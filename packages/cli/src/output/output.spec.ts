// What is printed: forms, pages, columns and colours.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../fixtures/world.js';
import { paintFor } from './paint.js';
import { bar, progressOn } from './progress.js';
import { table } from './table.js';
import { cut, oneLine, wrapped } from './text.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  for (let value = 0; value < 60; value += 1)
    await world.client.setValueByKey({
      service: 'trading-engine',
      query: { environment: 'testing', path: 'count' },
      body: { value, reason: `step ${value}` },
    });
});
afterAll(() => world.close());

describe('A list', () => {
  test('stops at 50 with a hint on standard error, and goes on with --limit and --all', async () => {
    const lines = (out: string): number => out.trim().split('\n').length - 1;
    const first = await world.cli('versions -e testing');
    expect([lines(first.out), first.err]).toEqual([50, 'There are more than these 50: --limit <n>, or --all.\n']);
    expect(lines((await world.cli('versions -e testing --limit 3')).out)).toBe(3);
    const all = await world.cli('versions -e testing --all');
    expect([lines(all.out), all.err]).toEqual([60, '']);
  });

  test('is one item a line and all pages with ndjson, and data with next with json', async () => {
    const { out } = await world.cli('versions -e testing -o ndjson');
    const items = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly reason: string });
    expect([items.length, items[0]?.reason]).toEqual([60, 'step 59']);
    expect((await world.cli('versions -e testing -o ndjson --limit 2')).out.trim().split('\n')).toHaveLength(2);
    const data = JSON.parse((await world.cli('versions -e testing -o json')).out) as {
      readonly items: readonly unknown[];
      readonly next: string | null;
    };
    expect([data.items.length, typeof data.next]).toEqual([50, 'string']);
  });
});

describe('get', () => {
  test('prints a value alone on a terminal and elsewhere, and the data of the operation with json', async () => {
    await world.client.setValueByKey({
      service: 'trading-engine',
      query: { environment: 'testing', path: 'name' },
      body: { value: 'a "b"\nc' },
    });
    for (const answers of [undefined, []])
      expect((await world.cli('get name -e testing', answers === undefined ? {} : { answers })).out).toBe('a "b"\nc\n');
    expect((await world.cli('get count -e testing')).out).toBe('59\n');
    const data = JSON.parse((await world.cli('get count -e testing -o json')).out) as object;
    const { data: wanted } = await world.client.readValueByKey({
      service: 'trading-engine',
      query: { environment: 'testing', path: 'count' },
    });
    expect(Object.keys(data)).toEqual(Object.keys(wanted));
  });
});

describe('On a terminal', () => {
  test('every line of a table fits into its columns, and elsewhere nothing is cut', async () => {
    const reason = 'why '.repeat(60).trim();
    await world.client.setValueByKey({
      service: 'trading-engine',
      query: { environment: 'testing', path: 'x' },
      body: { value: 1, reason },
    });
    const seen = await world.cli('versions -e testing --limit 3', { answers: [], columns: 80 });
    for (const line of seen.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await world.cli('versions -e testing --limit 3')).out).toContain(reason);
  });

  test('there are colours, unless NO_COLOR or a dumb terminal say otherwise; elsewhere there are none', () => {
    const output = (isTTY: boolean) => ({ isTTY, columns: 80, write: () => undefined });
    expect(paintFor({ env: {} }, output(true))('red', 'x')).toBe('\u001b[31mx\u001b[0m');
    expect(paintFor({ env: { NO_COLOR: '1' } }, output(true))('red', 'x')).toBe('x');
    expect(paintFor({ env: { TERM: 'dumb' } }, output(true))('red', 'x')).toBe('x');
    expect(paintFor({ env: {} }, output(false))('red', 'x')).toBe('x');
  });

  test('a progress line is shown and taken away; elsewhere nothing is', () => {
    let text = '';
    const err = (isTTY: boolean) => ({ isTTY, columns: 20, write: (piece: string) => void (text += piece) });
    const session = (isTTY: boolean) => ({ io: { env: {}, err: err(isTTY) } }) as unknown as Parameters<typeof progressOn>[0];
    const progress = progressOn(session(true));
    progress.show(`${bar(0.5, 4)} and more than fits`);
    progress.end();
    progress.end();
    expect(text).toBe('\r\u001b[2K██░░  50 % and mor…\r\u001b[2K');
    text = '';
    progressOn(session(false)).show('x');
    expect(text).toBe('');
  });
});

test('A table is aligned, cuts the widest column first, and shows nothing as a dash', () => {
  const rows = [
    ['a', 'x'.repeat(30), null],
    ['bb', 'y', 5],
  ];
  expect(table(['n', 'text', 'z'], rows, 24)).toBe('n   text               z\na   xxxxxxxxxxxxxxxx…  -\nbb  y                  5\n');
  expect(table(['n', 'text', 'z'], rows, null)).toContain('x'.repeat(30));
});

test('Text is wrapped at spaces, cut with a mark, and in one line', () => {
  expect(wrapped('one two three four five six', 20)).toBe('one two three four\nfive six');
  expect([cut('abc', 3), cut('abcd', 3)]).toEqual(['abc', 'ab…']);
  expect(oneLine(' a\n\tb\u001b[0m ')).toBe('a b [0m');
});
