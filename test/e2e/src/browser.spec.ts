// What a browser may load: each of these entries bundles without a module of Node, and runs where there is nothing of Node.
import vm from 'node:vm';
import type * as ClientModule from '@confledger/client';
import type * as FormatsModule from '@confledger/formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { startApi, TOKEN } from '../../../services/api/src/fixtures/api-under-test.js';
import { browserBundle, type BrowserBundle } from './browser-bundle.js';

/** What every browser has and a bare JavaScript engine lacks. */
const BROWSER = {
  URL,
  URLSearchParams,
  performance,
  TextEncoder,
  TextDecoder,
  AbortController,
  AbortSignal,
  setTimeout,
  clearTimeout,
  fetch,
  crypto,
};

/** Runs a bundle with nothing but what browsers have; gives what it exports. */
function runInBrowser(code: string): Readonly<Record<string, unknown>> {
  return vm.runInNewContext(`${code}\nbundle;`, { ...BROWSER }) as Readonly<Record<string, unknown>>;
}

describe.each(['@confledger/document/json-and-paths', '@confledger/categories', '@confledger/contracts/http', '@confledger/client'])(
  '%s',
  (entry) => {
    let bundle: BrowserBundle;
    beforeAll(async () => {
      bundle = await browserBundle(entry);
    });

    test('imports no module of Node', () => {
      expect(bundle.nodeImports).toEqual([]);
    });

    test('brings no npm package along', () => {
      expect(bundle.files.filter((file) => file.includes('node_modules'))).toEqual([]);
    });

    test('is loaded where there is nothing of Node', () => {
      expect(Object.keys(runInBrowser(bundle.code)).length).toBeGreaterThan(5);
    });
  },
);

test('formats bundles for a browser without a module of Node, and its one npm package is the parser of YAML', async () => {
  const { code, files, nodeImports } = await browserBundle('@confledger/formats');
  expect(nodeImports).toEqual([]);
  const packages = files.filter((file) => file.includes('node_modules')).map((file) => /.*node_modules\/([^/]+)/.exec(file)?.[1]);
  expect([...new Set(packages)]).toEqual(['yaml']);
  const { parseFormat, updateText, decodeText } = runInBrowser(code) as Pick<
    typeof FormatsModule,
    'parseFormat' | 'updateText' | 'decodeText'
  >;
  expect(decodeText(new TextEncoder().encode('a: ü'))).toMatchObject({ ok: true, text: 'a: ü' });
  const parsed = parseFormat('a: NO # c\nb: 1e3\n', 'yaml');
  expect(parsed.ok && JSON.stringify([parsed.value, parsed.placeOf('b')])).toBe('[{"a":"NO","b":1000},{"line":2,"column":1}]');
  expect(updateText('a: NO # c\n', 'yaml', { a: 'yes' })).toMatchObject({ ok: true, text: 'a: "yes" # c\n' });
  expect(parseFormat('a = 0x10', 'toml')).toMatchObject({ ok: false, problems: [{ rule: 'other-base', column: 5 }] });
});

test('the contract of HTTP loads no other package of ours', async () => {
  const { files } = await browserBundle('@confledger/contracts/http');
  expect(files.filter((file) => !file.includes('/packages/contracts/src/http/'))).toEqual([]);
});

test('JSON and paths are read in a browser as they are in Node', async () => {
  const { parseJsonText, parseJson, parsePath } = runInBrowser((await browserBundle('@confledger/document/json-and-paths')).code) as {
    readonly parseJsonText: (text: string) => unknown;
    readonly parseJson: (text: string) => { readonly ok: boolean };
    readonly parsePath: (text: string) => { readonly ok: boolean; readonly value: readonly string[] };
  };
  const text = `{"a\\\\.b":["${'x'.repeat(2_000)}","ü😀"],"n":1}`;
  expect(JSON.stringify(parseJsonText(text))).toBe(JSON.stringify(JSON.parse(text)));
  expect(parseJson('{"a":1,"a":2}').ok).toBe(false);
  expect([...parsePath('a\\.b.ü').value]).toEqual(['a.b', 'ü']);
  expect(parsePath('ü'.repeat(128)).ok).toBe(false);
});

test('the client calls an api from a browser', async () => {
  const { createClient, newIdempotencyKey } = runInBrowser((await browserBundle('@confledger/client')).code) as Pick<
    typeof ClientModule,
    'createClient' | 'newIdempotencyKey'
  >;
  const given = await startApi();
  try {
    const client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN });
    const headers = { 'idempotency-key': newIdempotencyKey() };
    await client.setValue({ service: 'engine', path: 'a\\.b', headers, body: { value: 'ü' } });
    expect((await client.readValue({ service: 'engine', path: 'a\\.b' })).data.value).toBe('ü');
    await expect(client.readValue({ service: 'engine', path: 'gone' })).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    await client.setValue({ service: 'engine', path: 'b', body: { value: 1 } });
    const versions: number[] = [];
    for await (const { version } of client.listVersions.all({ service: 'engine', query: { limit: 1 } })) versions.push(version);
    expect(versions).toHaveLength(2);
    for await (const { kind } of (await client.verify()).lines) if (kind === 'result') versions.length = 0;
    expect(versions).toEqual([]);
  } finally {
    given.api.app.server.closeAllConnections();
    await given.close();
  }
});

test('an import of Node is noticed, wherever it stands', async () => {
  const { nodeImports } = await browserBundle('@confledger/contracts');
  expect(nodeImports).toContainEqual(expect.stringMatching(/^node:crypto by .*document.src.digest\.ts$/));
});
