// The exit code of every code of the catalogue, held to the status that the api answers with.
import { ERROR_CODES } from '@confledger/contracts/http';
import { expect, test } from 'vitest';
import { STATUS_OF } from '../../../../services/api/src/errors/status.js';
import { EXIT_OF } from './exit-of.js';
import { EXIT_CODES } from './exit-codes.js';

/** Codes whose exit code is not that of their status, each with its reason. */
const OTHERWISE = { REASON_REQUIRED: [2, 'a flag is missing'] } as const;

const expected = (status: number): number => {
  if (status === 409 || status === 412) return 4;
  if (status === 404) return 7;
  if (status === 401 || status === 403) return 8;
  return [408, 429, 503].includes(status) ? 3 : 1;
};

test('Every code of the error catalogue has the exit code of its status, and no other code has one', () => {
  expect(Object.keys(EXIT_OF).sort()).toEqual([...ERROR_CODES].sort());
  for (const code of ERROR_CODES) {
    const wanted = code in OTHERWISE ? OTHERWISE[code as keyof typeof OTHERWISE][0] : expected(STATUS_OF[code]);
    expect([code, EXIT_OF[code]]).toEqual([code, wanted]);
  }
});

test('The exit codes are those that scripts rely on', () => {
  expect(Object.keys(EXIT_CODES).map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 130]);
});
