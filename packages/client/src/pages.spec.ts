// Lists as loops over their items: all pages, none too many, and nothing left when the loop is left.
import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest } from '../../../services/api/src/fixtures/api-under-test.js';
import { createClient, PAGE_ITEMS, type Client, type Fetch } from './index.js';

async function valuesOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the lists of an api', () => {
  let given: ApiUnderTest;
  let client: Client;
  let asked: URL[];
  const service = 'engine';
  beforeAll(async () => {
    given = await startApi();
    asked = [];
    const fetch: Fetch = (url, init) => {
      asked.push(new URL(url));
      return globalThis.fetch(url, init);
    };
    client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN, fetch });
    for (let value = 0; value < 7; value += 1) await client.setValue({ service, path: 'a', body: { value, activate: true } });
    await client.replaceConfiguration({ service: 'wide', body: { configuration: { a: 1, b: 2, c: 3 } } });
    await given.projected();
  });
  afterAll(() => given.close());

  test('a loop gives every item once, in order, over as many pages as there are', async () => {
    asked.length = 0;
    const versions = await valuesOf(client.listVersions.all({ service, query: { limit: 3 } }));
    const [one] = [await client.listVersions({ service, query: { limit: 500 } })];
    expect(versions).toEqual(one.data.items);
    expect(versions).toHaveLength(7);
    expect(asked.slice(0, -1).map(({ searchParams }) => searchParams.get('limit'))).toEqual(['3', '3', '3']);
  });

  test('a loop that is left asks for no further page, and one that is not begun for none', async () => {
    asked.length = 0;
    client.readAudit.all({ query: { limit: 2 } });
    expect(asked).toHaveLength(0);
    const { signal } = new AbortController();
    let seen = 0;
    for await (const { type } of client.readAudit.all({ query: { limit: 2 } }, { signal })) {
      expect(type).toMatch(/./);
      seen += 1;
      if (seen === 3) break;
    }
    expect(asked).toHaveLength(2);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('a loop begins at the cursor that it is given, and takes pages of its own size', async () => {
    const first = await client.listActivations({ service, query: { limit: 5 } });
    asked.length = 0;
    const rest = await valuesOf(client.listActivations.all({ service, query: { cursor: first.data.next ?? '' } }));
    expect(rest).toHaveLength(2);
    expect(asked.map(({ searchParams }) => searchParams.get('limit'))).toEqual([String(PAGE_ITEMS)]);
  });

  test('every list by pages has such a loop, and no other call', async () => {
    const loops = Object.entries(client).filter(([, call]) => 'all' in call);
    expect(loops.map(([name]) => name).toSorted()).toEqual(
      ['listActivations', 'listConfigurations', 'listVersions', 'readAudit', 'readDifference', 'readHistory'].toSorted(),
    );
    expect((await valuesOf(client.listConfigurations.all())).map((item) => item.service).toSorted()).toEqual(['engine', 'wide']);
    expect(await valuesOf(client.readHistory.all({ service, query: { path: 'a', limit: 2 } }))).toHaveLength(7);
    expect((await valuesOf(client.readDifference.all({ service: 'wide', query: { limit: 1, from: 'latest', to: 'latest' } }))).length).toBe(
      0,
    );
  });

  test('a refusal ends the loop with its code', async () => {
    await expect(valuesOf(client.listVersions.all({ service: 'gone' }))).rejects.toMatchObject({ code: 'LEDGER_UNKNOWN' });
  });

  test('a signal that aborts between two pages ends the loop with its reason', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const read = async (): Promise<void> => {
      for await (const _ of client.listVersions.all({ service, query: { limit: 1 } }, { signal: stop.signal })) stop.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
  });
});

describe('a server whose pages are wrong', () => {
  const answering = (data: object): Client =>
    createClient({ url: 'http://api.example', fetch: () => Promise.resolve(Response.json({ success: true, data })) });

  test('a page that names itself as the next one ends the loop, which would be endless', async () => {
    await expect(valuesOf(answering({ items: [1], next: 'x' }).listVersions.all({ service: 'a' }))).rejects.toMatchObject({
      code: 'FOREIGN_ANSWER',
      message: expect.stringContaining('the next page is this one again'),
    });
  });

  test('a page without items is none', async () => {
    await expect(valuesOf(answering({ next: 'x' }).listVersions.all({ service: 'a' }))).rejects.toThrow('no member items');
  });
});
