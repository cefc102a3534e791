// Words of the API where a path could stand: which they are, how values of those names are reached, and what refusals say of them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { OPERATION_NAMES, OPERATIONS } from '@confledger/contracts/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';
import { RESERVED_WORDS } from './request/addresses.js';

const LEDGER = '/configurations/words';
/** A promise to clients: a word that is added would hide values of that name. */
const WORDS =
  'batch value versions diff history schema validate effective explain environments activations promote retire restore import export template migrate proposals reveal erase rollouts expiries usage flags locks series discard verdicts seal receipt migrations activate rollback'.split(
    ' ',
  );

/** Methods of the calls whose address ends with the word. */
const methodsAt = (word: string): string[] =>
  OPERATION_NAMES.map((name) => OPERATIONS[name])
    .filter(({ path: address }) => address === `/configurations/{service}/${word}`)
    .map(({ method }) => method);
const isInSomeCall = (word: string): boolean =>
  OPERATION_NAMES.some((name) => {
    const { path: address } = OPERATIONS[name];
    return address.startsWith('/configurations/{service}/') && address.split('/').includes(word);
  });

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
  await given.ask(`PUT ${LEDGER}`, { body: { configuration: { here: 1 } } });
  // Flags have a built-in schema.
  await given.ask(`PUT ${LEDGER}/schema`, { body: { mount: 'flags.*', schema: true } });
});
afterAll(() => given.close());

test('the reserved words are these', () => {
  expect(RESERVED_WORDS).toEqual(WORDS);
});

test('the HTTP page lists them', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../packages/docs/http.md'), 'utf8');
  const [, listed = ''] = /^(`activate`, .*)\.$/m.exec(page) ?? [];
  expect(listed.replaceAll('`', '').split(', ')).toEqual(WORDS.toSorted());
});

test('every word that a call has behind the name of a service is reserved', () => {
  for (const name of OPERATION_NAMES) {
    const word = /^\/configurations\/\{service\}\/([a-z]+)/.exec(OPERATIONS[name].path)?.[1];
    if (word !== undefined) expect(WORDS).toContain(word);
  }
});

describe.each(WORDS)('%s', (word) => {
  test('is no path as a whole segment of a URL, and the refusal names the calls that there are', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'].filter((each) => !methodsAt(word).includes(each))) {
      const answer = await given.ask(`${method} ${LEDGER}/${word}`, method === 'PUT' ? { body: { value: 1 } } : {});
      expect([method, answer.status, answer.code]).toEqual([method, 400, 'PATH_RESERVED']);
      const remedy = answer.body.details[0]?.remedy ?? '';
      expect(remedy).toContain(`…/value?key=${word}.`);
      expect(remedy.includes('There is no call of that name yet')).toBe(!isInSomeCall(word));
    }
  });

  test('is a name that a document may hold: reached by key, and by its path below it', async () => {
    expect((await given.ask(`PUT ${LEDGER}/value?key=${word}`, { body: { value: { x: 5 } } })).status).toBe(200);
    expect((await given.ask(`GET ${LEDGER}/value?key=${word}`)).data['value']).toEqual({ x: 5 });
    expect((await given.ask(`GET ${LEDGER}/${word}.x`)).data['value']).toBe(5);
    expect((await given.ask(`DELETE ${LEDGER}/${word}.x`)).status).toBe(200);
  });

  test('has an Allow header of its own calls alone, and none where there is no call', async () => {
    const { status, headers } = await given.ask(`OPTIONS ${LEDGER}/${word}`);
    const methods = methodsAt(word);
    if (methods.length === 0) {
      expect(status).toBe(404);
      return;
    }
    expect(status).toBe(405);
    const expected = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    expect(String(headers['allow']).split(', ').toSorted()).toEqual(expected.toSorted());
  });
});

test.each([
  ['%72ollback', 'The calls with that word are POST …/versions/{version}/rollback, POST …/activations/{activation}/rollback.'],
  ['verdicts', 'There is no call of that name yet: the word is kept for one.'],
])('POST …/%s is nothing, and the refusal says what there is', async (word, remedy) => {
  const { status, code, body } = await given.ask(`POST ${LEDGER}/${word}`, { body: {} });
  expect([status, code, body.details[0]?.remedy]).toEqual([404, 'ROUTE_UNKNOWN', remedy]);
});

describe('"did you mean"', () => {
  test.each([
    ['/services', undefined],
    ['/confguration', '/api/v1/configurations'],
    ['/configuration/engine', '/api/v1/configurations/engine'],
    ['/configurations/engine/verisons/3', '/api/v1/configurations/engine/versions/3'],
    ['/configurations/a-service-with-a-long-name/colours/3', '/api/v1/configurations/a-service-with-a-long-name/colours.3'],
    ['/node/engine-7', '/api/v1/nodes/engine-7'],
    ['//confgurations/engine', '/api/v1/configurations/engine'],
    ['//heath', '/health'],
    ['//opneapi.json', '/openapi.json'],
    ['/sttaus', '/api/v1/status'],
  ])('of the address %s is %s', async (address, meant) => {
    const { code, body } = await given.ask(`POST ${address}`, { body: {} });
    expect(code).toBe('ROUTE_UNKNOWN');
    expect(/did you mean (.*)\?$/.exec(body.error)?.[1]).toBe(meant);
  });

  test('is no parameter where what was written is one of another call', async () => {
    const { code, body } = await given.ask(`GET ${LEDGER}/diff?format=flat`);
    expect([code, body.error]).toEqual(['QUERY_PARAMETER_UNKNOWN', 'Query parameter "format" is not known.']);
    expect(body.details[0]?.remedy).toMatch(/^This call takes environment, from, to, /);
    expect((await given.ask(`GET ${LEDGER}/diff?formAt=x`)).body.error).toContain('did you mean fromAt?');
  });
});
