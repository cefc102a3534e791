// The pattern that Postgres filters by agrees with the globs of the document package, for any glob and path.
import { compileGlob, formatPath, parseGlob, parsePath } from '@confledger/document';
import { createPool } from '@confledger/postgres';
import { freshDatabase } from '@confledger/test-support';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { globPattern } from './glob-pattern.js';

let pool: pg.Pool;
beforeAll(async () => {
  pool = createPool({ connectionString: await freshDatabase() });
});
afterAll(() => pool.end());

const names = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'ab',
    'a.b',
    '\\',
    '.',
    '*',
    '**',
    'a*',
    '(',
    '[^x]',
    '$',
    '^a',
    'é',
    '😀',
    '%',
    '_',
    '{2}',
    '?',
    '+',
    '|',
    '-',
    ' ',
    '\u2028',
  ),
  fc.string({ minLength: 1, maxLength: 4 }),
);
const paths = fc
  .array(names, { minLength: 1, maxLength: 4 })
  .map(formatPath)
  .filter((path) => parsePath(path).ok);
const parts = fc.oneof(
  fc.constant('*'),
  fc.constant('**'),
  names.map((name) => formatPath([name]).replaceAll('*', '\\*')),
);
const globs = fc
  .array(parts, { minLength: 1, maxLength: 4 })
  .map((each) => each.join('.'))
  .filter((glob) => parseGlob(glob).ok);

test('Postgres and compileGlob agree for any glob and paths', async () => {
  await fc.assert(
    fc.asyncProperty(globs, fc.array(paths, { minLength: 1, maxLength: 20 }), async (glob, some) => {
      const { rows } = await pool.query<{ path: string; matches: boolean }>(
        `SELECT path, (path || '.') ~ $2 AS matches FROM unnest($1::text[]) AS t(path)`,
        [some, globPattern(glob)],
      );
      const matches = compileGlob(glob);
      expect(rows.map((row) => [row.path, row.matches])).toEqual(some.map((path) => [path, matches(path)]));
    }),
    { numRuns: 300 },
  );
});
