// How an answer that is not the api's begins, in an error: enough to recognise the server, and nothing secret.
import { expect, test } from 'vitest';
import { EXCERPT_CHARACTERS_MAX, excerptOf } from './excerpt.js';

test.each([
  ['{"success":true,"data":{"password":"hush","pin":1234,"open":false}}', '{"success":true,"data":{"password":"…","pin":…,"open":false}}'],
  ['{"success":true,"data":{"password":"hu', '{"success":true,"data":{"password":"…"'],
  ['{"a":"x\\"hush","b":["hush",-1.5e3]}', '{"a":"…","b":["…",…]}'],
  ['["hush"]', '["…"]'],
  ['  {"a" : "hush" }', '{"a" : "…" }'],
  ['"hush"', '"…"'],
])('of JSON, whole or cut off, the names of members are shown and no value: %s', (json, shown) => {
  expect(excerptOf(json, null)).toBe(shown);
});

test.each([
  ['<p>Authorization: Bearer abc.def</p>', '<p>Authorization: Bearer …'],
  ['set-cookie: session=abc; path=/', 'set-cookie: …; path=/'],
  ['password = hush!', 'password = …'],
  ['token="abc" rest', 'token="… rest'],
  ['upstream 3f2b8c9d0e1f2a3b4c5d6e7f8091a2b3 failed', 'upstream … failed'],
])('of other text what looks like a credential is left out: %s', (text, shown) => {
  const excerpt = excerptOf(text, null);
  expect(excerpt).not.toMatch(/hush|abc|3f2b/);
  expect(excerpt.startsWith(shown.slice(0, shown.indexOf('…')))).toBe(true);
});

test('the token of the caller is never shown, whatever stands around it', () => {
  expect(excerptOf('<p>you sent(tiny)</p>', 'tiny')).toBe('<p>you sent(…)</p>');
  expect(excerptOf('<p>nothing</p>', '')).toBe('<p>nothing</p>');
});

test('it is one line, and as long as its limit', () => {
  expect(excerptOf('a\n\tb', null)).toBe('a b');
  expect(excerptOf('x '.repeat(10_000), null)).toHaveLength(EXCERPT_CHARACTERS_MAX);
});
