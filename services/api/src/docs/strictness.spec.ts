// The OpenAPI document is as strict as the api: what it forbids in a parameter is refused, and what it permits is not refused for its form.
import type { OperationName } from '@confledger/contracts/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../fixtures/answer-check.js';
import { startApi, type ApiUnderTest } from '../fixtures/api-under-test.js';

interface Schema {
  readonly type?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly not?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

interface Described {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, unknown>>;
}

let given: ApiUnderTest;
let operations: ReadonlyMap<string, Described>;
beforeAll(async () => {
  given = await startApi();
  await given.ask('PUT /configurations/engine', { body: { configuration: { a: { b: 5 } }, activate: true } });
  const { paths } = JSON.parse((await given.ask('GET //openapi.json')).text) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  };
  const all = Object.values(paths).flatMap((methods) => Object.values(methods));
  operations = new Map(all.map((operation) => [operation.operationId, operation]));
});
afterAll(() => given.close());

function permits(schema: Schema, text: string): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((each) => each.type !== 'array' && permits(each, text));
  if (schema.const !== undefined && schema.const !== text) return false;
  if (schema.enum !== undefined && !schema.enum.includes(text)) return false;
  if (schema.not !== undefined && permits(schema.not, text)) return false;
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(text)) return false;
  return text.length >= (schema.minLength ?? 0) && text.length <= (schema.maxLength ?? Number.POSITIVE_INFINITY);
}

function schemaOf(operation: OperationName, place: string, name: string): Schema {
  const found = operations.get(operation)?.parameters.find((each) => each.in === place && each.name === name);
  if (found === undefined) throw new Error(`${operation} has no parameter ${name}`);
  return found.schema;
}

const LEDGER = '/configurations/engine';
const value = { body: { value: 1 } };
const report = { body: { environment: 'production', service: 'engine', state: 'waiting', running: null, rejected: null } };
const encoded = encodeURIComponent;

/** Of each parameter: a request with a text in its place, texts that are to be refused for their form, and some that are not. */
const PARAMETERS: readonly {
  readonly of: OperationName;
  readonly in: 'query' | 'path' | 'header';
  readonly name: string;
  readonly send: (text: string) => Promise<Answer>;
  readonly bad: readonly string[];
  readonly good: readonly string[];
}[] = [
  ...(['version', 'at', 'environment', 'consistency', 'format'] as const).map((name) => ({
    of: 'readConfiguration' as const,
    in: 'query' as const,
    name,
    send: (text: string) => given.ask(`GET ${LEDGER}?${name}=${encoded(text)}`),
    ...{
      version: { bad: ['', 'a\0'], good: ['latest', '2', 'some-tag'] },
      at: {
        bad: ['', 'yesterday', '2026-07-01', '2026-07-01T12:00:00', '2026-07-01T12:00:00+15:00'],
        good: ['2026-07-01T12:00:00Z', '2026-07-01T13:00:00.123+01:00'],
      },
      environment: { bad: ['', 'Production', 'a b', '-a', 'x'.repeat(64)], good: ['production', 'staging'] },
      consistency: { bad: ['', 'global'], good: ['local', 'linearizable'] },
      format: { bad: ['', 'yaml'], good: ['flat', 'nested'] },
    }[name],
  })),
  {
    of: 'readConfiguration',
    in: 'path',
    name: 'service',
    send: (text) => given.ask(`GET /configurations/${encoded(text)}`),
    bad: ['Engine', 'a b', '-a', 'x'.repeat(64)],
    good: ['engine', 'x'.repeat(63)],
  },
  {
    of: 'setValue',
    in: 'path',
    name: 'path',
    send: (text) => given.ask(`PUT ${LEDGER}/${encoded(text)}?dryRun=true`, value),
    bad: ['a..b', 'a.', 'x\\y', 'a\u0001', 'a\0', '__proto__', 'a.constructor.b', 'k'.repeat(256), 'flags', 'versions'],
    good: ['x.y', 'x\\.y', 'x\\\\', 'ü 😀', 'k'.repeat(255), 'flags.x', 'constructors'],
  },
  {
    of: 'readValueByKey',
    in: 'query',
    name: 'path',
    send: (text) => given.ask(`GET ${LEDGER}/value?path=${encoded(text)}`),
    bad: ['', 'a..b', 'x\\y', 'a\0', 'prototype', 'k'.repeat(256)],
    good: ['a.b', 'flags', 'nothing\\.here'],
  },
  {
    of: 'readBatch',
    in: 'query',
    name: 'key',
    send: (text) => given.ask(`GET ${LEDGER}/batch?key=${encoded(text)}`),
    bad: ['', 'a..b', 'a\0', 'k'.repeat(256)],
    good: ['a.b', 'flags'],
  },
  ...(['from', 'to', 'fromAt', 'toAt'] as const).map((name) => ({
    of: 'readDifference' as const,
    in: 'query' as const,
    name,
    send: (text: string) => given.ask(`GET ${LEDGER}/diff?${name}=${encoded(text)}`),
    bad: name.endsWith('At') ? ['', '2026-07-01', 'x'] : ['', 'a\0'],
    good: name.endsWith('At') ? ['2026-07-01T12:00:00Z'] : ['active', '1', 'tag'],
  })),
  ...(['limit', 'cursor', 'atLeast', 'actor', 'type', 'service', 'path'] as const).map((name) => ({
    of: 'readAudit' as const,
    in: 'query' as const,
    name,
    send: (text: string) => given.ask(`GET /audit?${name}=${encoded(text)}`),
    ...{
      limit: { bad: ['', '0', '501', '999', '1000', '1.5', 'all'], good: ['1', '50', '99', '100', '499', '500'] },
      cursor: { bad: ['a\0', 'x'.repeat(4_097)], good: [] },
      atLeast: { bad: ['', '5', 'a b:1', 'x:01'], good: [`11111111-2222-4333-8444-555555555555:0`] },
      actor: { bad: ['a\0'], good: ['', 'alice'] },
      type: { bad: ['a\0'], good: ['ConfigSet'] },
      service: { bad: ['', 'No Name'], good: ['engine'] },
      path: { bad: ['', 'a\0'], good: ['risk.**'] },
    }[name],
  })),
  {
    of: 'tagVersion',
    in: 'path',
    name: 'tag',
    send: (text) => given.ask(`PUT ${LEDGER}/versions/latest/tags/${encoded(text)}?dryRun=true`),
    bad: ['12', 'latest', 'Active', 'PREVIOUS', '-a', 'a b', 'x'.repeat(64)],
    good: ['v12', 'release-1.2', 'latest-1'],
  },
  {
    of: 'readEvent',
    in: 'path',
    name: 'position',
    send: (text) => given.ask(`GET /events/${encoded(text)}`),
    bad: ['x', '1', 'a b:1', 'x:01'],
    good: ['x:1'],
  },
  {
    of: 'reportNode',
    in: 'path',
    name: 'name',
    send: (text) => given.ask(`POST /nodes/${encoded(text)}`, report),
    bad: ['a b', 'ü', 'a/b', 'x'.repeat(129)],
    good: ['engine-7', 'host:1234', 'x'.repeat(128)],
  },
  {
    of: 'setValue',
    in: 'header',
    name: 'Idempotency-Key',
    send: (text) => given.ask(`PUT ${LEDGER}/x?dryRun=true`, { ...value, headers: { 'idempotency-key': text } }),
    bad: ['', 'x'.repeat(256), 'a\tb'],
    good: ['5f0c', 'x'.repeat(255), 'a b'],
  },
  {
    of: 'setValue',
    in: 'header',
    name: 'If-Match',
    send: (text) => given.ask(`PUT ${LEDGER}/a.b?dryRun=true`, { ...value, headers: { 'if-match': text } }),
    bad: ['', '1', 'W/1', '"x"', '"01"', '"9999999999999999"'],
    good: ['*', '"1"', 'W/"1"', `"d:${'0'.repeat(64)}"`],
  },
  {
    of: 'setValue',
    in: 'header',
    name: 'If-None-Match',
    send: (text) => given.ask(`PUT ${LEDGER}/new?dryRun=true`, { ...value, headers: { 'if-none-match': text } }),
    bad: ['', '"1"', 'x'],
    good: ['*'],
  },
  {
    of: 'readConfiguration',
    in: 'header',
    name: 'If-None-Match',
    send: (text) => given.ask(`GET ${LEDGER}`, { headers: { 'if-none-match': text } }),
    bad: ['1', 'x', '"1" "2"'],
    good: ['*', '"1"', 'W/"1", "2"'],
  },
];

/** Codes that say nothing about the form of a parameter: what it names is not there, or not as expected. */
const NOT_OF_FORM = /_UNKNOWN$|^KEY_NOT_FOUND$|_FAILED$|^VALIDATION_ERROR$|^POSITION_OF_ANOTHER|^NOTHING_|^AT_BEFORE|^VERSION_NOT/;

describe.each(PARAMETERS)('$in parameter $name of $of', ({ of, in: place, name, send, bad, good }) => {
  test.each(bad)('forbids %j, which the api refuses', async (text) => {
    expect((await send(text)).status).toBeGreaterThanOrEqual(400);
    expect(permits(schemaOf(of, place, name), text)).toBe(false);
  });

  if (good.length === 0) return;
  test.each(good)('permits %j, whose form the api takes', async (text) => {
    const { status, code = '' } = await send(text);
    expect(status < 400 || NOT_OF_FORM.test(code) ? 'taken' : code).toBe('taken');
    expect(permits(schemaOf(of, place, name), text)).toBe(true);
  });
});

test('If-None-Match: * is offered where something can be created, and nowhere else', () => {
  const creating = [...operations.values()]
    .filter(({ parameters }) => parameters.some(({ name, schema }) => name === 'If-None-Match' && schema.const === '*'))
    .map(({ operationId }) => operationId);
  expect(creating.toSorted()).toEqual(
    [
      'createConfiguration',
      'defineEnvironment',
      'mergeConfiguration',
      'replaceConfiguration',
      'replaceConfigurationIn',
      'setSchema',
      'setValue',
      'setValueByKey',
      'writeBatch',
    ].toSorted(),
  );
  expect(operations.get('deleteValue')?.parameters.map(({ name }) => name)).not.toContain('If-None-Match');
});

test('every operation lists what is answered before it is called: malformed, too slow, unmet expectation, headers too large', () => {
  for (const { operationId, responses } of operations.values())
    expect([operationId, Object.keys(responses)]).toEqual([operationId, expect.arrayContaining(['400', '408', '417', '431'])]);
});
