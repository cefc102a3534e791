// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: what is put is what is got, to the byte.
import { canonicalJson } from '@confledger/document';
import { NAME_TRAP_CASES, setNameTrap } from '@confledger/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE } from '@confledger/contracts/http';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
});
afterAll(() => given.close());

/** The text of an answer: what reads it in this process would be read by JSON.parse. */
async function textOf(method: 'GET' | 'PUT', url: string, payload?: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}`, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) };
  const response = await given.api.app.inject({ method, url: `${BASE}${url}`, headers, ...(payload === undefined ? {} : { payload }) });
  expect(response.statusCode, response.body).toBe(200);
  return response.body;
}

test.each(NAME_TRAP_CASES.map(([name, before, trap], index) => [name, before, trap, `engine-${index}`] as const))(
  'the name %s behind %i others comes back from a document, its versions and its history',
  async (_, before, trap, service) => {
    const list = [setNameTrap(trap, before)];
    const text = canonicalJson(list);
    expect(await textOf('PUT', `/configurations/${service}`, JSON.stringify({ configuration: { list } }))).toContain(`"after":${text}`);
    await given.projected();
    expect(await textOf('GET', `/configurations/${service}`)).toContain(`"configuration":{"list":${text}}`);
    expect(await textOf('GET', `/configurations/${service}?version=1`)).toContain(`"configuration":{"list":${text}}`);
    expect(await textOf('GET', `/configurations/${service}/history?key=list`)).toContain(`"after":${text}`);
  },
);
