// The binary form is what the server reads back as the same texts.
import { freshDatabase } from '@confledger/test-support';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textArray } from './text-array.js';

let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: await freshDatabase() });
  await client.connect();
});

afterAll(() => client.end());

test.each([
  ['one text', ['a']],
  ['texts with what the text form would have to escape', ['{"a":"b\\"c"}', '\\', 'NULL', '', '{}', ' , ']],
  ['texts outside ASCII', ['é', '😀', 'ǆ']],
  ['a thousand texts', Array.from({ length: 1_000 }, (_, index) => `"${index}"`)],
])('%s come back as they were', async (_, texts) => {
  const { rows } = await client.query<{ texts: string[] }>('SELECT $1::text[] AS texts', [textArray(texts)]);
  expect(rows[0]?.texts).toEqual(texts);
});
