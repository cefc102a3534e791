// Documentation, catalogue, OpenAPI document, domain and tests speak of the same errors: nothing missing, nothing stale.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CATALOGUE, ERROR_CODES } from '@confledger/contracts/http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorPage } from './docs/error-page.js';
import { UNROUTED_ERRORS } from './docs/responses.js';
import { STATUS_OF } from './errors/status.js';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CODE = /'([A-Z]+(?:_[A-Z0-9]+)*)'/g;
/** Where codes stand that nobody answers with: the catalogue, its statuses, its groups for the documentation, and unions of types. */
const LISTS = /errors-of-\w+\.ts$|errors\/status\.ts$|errors\/groups\.ts$|docs\/openapi\.ts$|src\/commands\.ts$|src\/problem\.ts$/;

/** They are written as codes are. */
const OPERATIONS_OF_BATCHES: ReadonlySet<string> = new Set(['SCHEMA_SET', 'SCHEMA_REMOVE']);

const sources = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(ROOT, folder, file));

const codesIn = (files: readonly string[]): Set<string> =>
  new Set(files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(CODE)].map((match) => match[1] ?? '')));

const sorted = (codes: Iterable<string>): string[] => [...new Set(codes)].sort();

let given: ApiUnderTest;
let document: {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { 'x-codes'?: string[] }> }>>;
  components: { schemas: { Failure: { properties: { code: { enum: string[] } } } } };
};
beforeAll(async () => {
  given = await startApi();
  document = JSON.parse((await given.ask('GET //openapi.json')).text) as typeof document;
});
afterAll(() => given.close());

test('the page of errors has a section for every code, with its status, and no other', () => {
  const page = errorPage();
  expect(sorted([...page.matchAll(/<section id="(\w+)">/g)].map((match) => match[1] ?? ''))).toEqual(sorted(ERROR_CODES));
  expect(page).toContain('HTTP 412');
  for (const code of ERROR_CODES) expect(page).toContain(`<a href="#${code}">${code}</a> <span>HTTP ${STATUS_OF[code]}</span>`);
});

test('every code says what it means and what to do, in sentences', () => {
  for (const [code, { meaning, remedy }] of Object.entries(ERROR_CATALOGUE)) {
    expect(`${code}: ${meaning}`).toMatch(/: [A-Z].*[.:]$/);
    expect(`${code}: ${remedy}`).toMatch(/: .+\.$/);
  }
});

test('the OpenAPI document knows every code, and each belongs to a call or to requests that reach none', () => {
  expect(sorted(document.components.schemas.Failure.properties.code.enum)).toEqual(sorted(ERROR_CODES));
  const operations = Object.values(document.paths).flatMap((each) => Object.values(each));
  const answered = operations.flatMap(({ responses }) => Object.values(responses).flatMap((response) => response['x-codes'] ?? []));
  expect(sorted([...answered, ...UNROUTED_ERRORS])).toEqual(sorted(ERROR_CODES));
});

test('the OpenAPI document names each code under its status, and each operation once', () => {
  const operations = Object.values(document.paths).flatMap((each) => Object.values(each));
  for (const { operationId, responses } of operations) {
    for (const [status, { 'x-codes': codes = [] }] of Object.entries(responses)) {
      for (const code of codes)
        expect([operationId, code, STATUS_OF[code as keyof typeof STATUS_OF]]).toEqual([operationId, code, Number(status)]);
    }
  }
  const names = operations.map(({ operationId }) => operationId);
  expect(sorted(names)).toHaveLength(names.length);
});

test('every reference in the OpenAPI document leads somewhere', () => {
  const text = JSON.stringify(document);
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
  expect(text).not.toContain('#/$defs/');
});

test('whatever the domain and the document refuse has a code of the catalogue', () => {
  const files = ['domain/src/ledger/commands.ts', 'domain/src/stream/refusals.ts', 'document/src/problem.ts'];
  const refusals = codesIn(files.map((file) => path.join(ROOT, 'packages', file)));
  const codes = [...refusals].filter((code) => code.includes('_') && !OPERATIONS_OF_BATCHES.has(code));
  expect(codes.length).toBeGreaterThan(30);
  for (const code of codes) expect(ERROR_CODES).toContain(code);
});

test('every code is answered by some code path: none is stale', () => {
  const folders = ['packages/document/src', 'packages/domain/src', 'packages/application/src', 'services/api/src'];
  const answering = folders.flatMap(sources).filter((file) => !/\.spec\.ts$|\/fixtures\//.test(file) && !LISTS.test(file));
  const answered = codesIn(answering);
  expect(ERROR_CODES.filter((code) => !answered.has(code))).toEqual([]);
});

test('every code is seen over HTTP by some spec', () => {
  const specs = sources('services/api/src').filter((file) => file.endsWith('.spec.ts') && !file.endsWith('catalogue.spec.ts'));
  const seen = codesIn(specs);
  expect(ERROR_CODES.filter((code) => !seen.has(code))).toEqual([]);
});
