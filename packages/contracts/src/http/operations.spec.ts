// The operations table: what every row must be, and how paths are made from it.
import { expect, test } from 'vitest';
import { OPERATION_NAMES, operationPath, OPERATIONS, type Operation } from './operations.js';

const rows = OPERATION_NAMES.map((name) => [name, OPERATIONS[name]] as const);

test('no two operations have the same method and path', () => {
  const places = rows.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
  expect(places).toHaveLength(new Set(places).size);
});

/** Documents and schemas do not fit into an address. */
const ASKED_WITH_A_BODY: ReadonlySet<string> = new Set(['validateConfiguration', 'whatIfSchema']);

test.each(rows)(
  '%s has a path of whole segments and a summary, and what only reads is a GET, unless it is asked with a body',
  (name, { method, path, access, summary }) => {
    expect(path).toMatch(/^(?:\/(?:[a-z]+(?:-[a-z]+)*|\{[a-z]+\}))+$/);
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    if (access === 'open' || access === 'read') expect(method).toBe(ASKED_WITH_A_BODY.has(name) ? 'POST' : 'GET');
    else expect(method).not.toBe('GET');
  },
);

test.each(rows)('%s says what it changes where it writes, and nothing where it reads', (name, row) => {
  const { access, changes }: Operation = row;
  const isReading = access === 'open' || access === 'read' || name === 'verify';
  expect(changes === undefined).toBe(isReading);
});

test('a list by pages is read', () => {
  for (const [name, row] of rows) if ('paged' in row) expect([name, row.method, 'changes' in row]).toEqual([name, 'GET', false]);
});

test('an operation is about a ledger when its path names a service', () => {
  for (const [name, { path, about }] of rows) if (path.includes('{service}')) expect([name, about]).toEqual([name, 'ledger']);
});

test.each([
  ['limits.daily', 'limits.daily'],
  ['a\\.b.c\\\\d', 'a%5C.b.c%5C%5Cd'],
  ['\\.', '%5C.'],
  ['a/b?c#d%e', 'a%2Fb%3Fc%23d%25e'],
  ['a b+ü😀', 'a%20b%2B%C3%BC%F0%9F%98%80'],
])('the path %j stands in a URL as one segment, %s', (path, segment) => {
  const made = operationPath('setValue', { service: 'engine', path });
  expect(made).toBe(`/api/v1/configurations/engine/${segment}`);
  expect(new URL(made, 'http://127.0.0.1').pathname).toBe(made);
  expect(decodeURIComponent(segment)).toBe(path);
});

test('an operation without parameters has one path', () => {
  expect(operationPath('status', {})).toBe('/api/v1/status');
});

test.each([
  ['', 'empty'],
  ['.', 'one segment'],
  ['..', 'one segment'],
  ['a\ud800', 'surrogate'],
])('%j is refused as a parameter: no URL carries it', (name, message) => {
  expect(() => operationPath('reportNode', { name })).toThrow(new RegExp(`^\`name\` .*${message}`));
});
