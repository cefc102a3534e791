// The list of calls is whole, and a call is known for the operation that it reaches.
import { OPERATION_NAMES } from '@confledger/contracts/http';
import { expect, test } from 'vitest';
import { ask, changesNothing, operationOf, refused } from './call.js';
import { CALLS, COMPARED_APART } from './calls.js';

test('every operation of the table is in the list with a call that must succeed, except those that are compared apart', () => {
  const asked = new Set(CALLS.filter((call) => call.refused === undefined).map(operationOf));
  expect(OPERATION_NAMES.filter((name) => !asked.has(name))).toEqual(COMPARED_APART);
});

test.each([
  ['GET /configurations/desk', 'readConfiguration'],
  ['GET /configurations/desk/value?key=a', 'readValueByKey'],
  ['GET /configurations/desk/versions?limit=1', 'listVersions'],
  ['GET /configurations/desk/versions.a', 'readValue'],
  ['POST /configurations/desk/retire', 'retireConfiguration'],
  ['GET /health/live', 'healthLive'],
  ['DELETE /configurations', null],
  ['GET //configurations', null],
  ['GET /', null],
])('%s reaches %s', (request, operation) => {
  expect(operationOf({ request })).toBe(operation);
});

test('every api is asked what changes nothing: readings, refusals and dry runs', () => {
  expect(changesNothing(ask('GET /status'))).toBe(true);
  expect(changesNothing(refused('BODY_MISSING', 'PUT /configurations/desk'))).toBe(true);
  expect(changesNothing(ask('POST /verify', undefined, { changesNothing: true }))).toBe(true);
  expect(changesNothing(ask('PUT /configurations/desk', {}))).toBe(false);
});
