// Other forms of the same calls: values without an envelope, plain files, short answers, entity tags of every kind.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

const LEDGER = '/configurations/engine';
const CONFIGURATION = { venues: ['b', 'a'], risk: { max: 5, name: 'a "b"\nc', none: null, open: {} } };
let given: ApiUnderTest;

beforeEach(async () => {
  given = await startApi();
  await given.ask(`PUT ${LEDGER}`, { body: { configuration: CONFIGURATION } });
});
afterEach(() => given.close());

const tagOf = async (what: string): Promise<string> => String((await given.ask(what)).headers['etag']);

describe('a reading with raw=true', () => {
  test.each([
    ['a string is its text', `${LEDGER}/risk.name`, 'text/plain; charset=utf-8', 'a "b"\nc'],
    ['a number is JSON', `${LEDGER}/value?path=risk.max`, 'application/json; charset=utf-8', '5'],
    ['null is JSON', `${LEDGER}/risk.none`, 'application/json; charset=utf-8', 'null'],
    [
      'a subtree is canonical JSON',
      `${LEDGER}/risk`,
      'application/json; charset=utf-8',
      '{"max":5,"name":"a \\"b\\"\\nc","none":null,"open":{}}',
    ],
    ['an array is JSON', `${LEDGER}/venues`, 'application/json; charset=utf-8', '["b","a"]'],
    [
      'a flat document is JSON',
      `${LEDGER}?format=flat`,
      'application/json; charset=utf-8',
      '{"risk.max":5,"risk.name":"a \\"b\\"\\nc","risk.none":null,"risk.open":{},"venues":["b","a"]}',
    ],
  ])('%s, with nothing around it', async (_, address, type, text) => {
    const asked = `${address}${address.includes('?') ? '&' : '?'}raw=true`;
    const answer = await given.ask(`GET ${asked}`);
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, type, text]);
    expect(answer.headers['etag']).toBe(await tagOf(`GET ${address}`));
    const again = await given.ask(`GET ${asked}`, { headers: { 'if-none-match': String(answer.headers['etag']) } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await given.ask(`HEAD ${asked}`)).headers['content-length']).toBe(String(Buffer.byteLength(text)));
  });

  test('that is refused is refused as ever', async () => {
    expect(await given.ask(`GET ${LEDGER}/gone?raw=true`)).toMatchObject({ status: 404, code: 'KEY_NOT_FOUND' });
  });
});

describe('a body with content=plain', () => {
  const read = async (service: string): Promise<unknown> => (await given.ask(`GET /configurations/${service}`)).data.configuration;

  test('is the document itself; what else a write carries stands in the query', async () => {
    const answer = await given.ask('PUT /configurations/plain?content=plain&reason=first&activate=true', { raw: '{"a":{"b":1}}' });
    expect(answer.data).toMatchObject({ changed: true, active: answer.data['version'] });
    expect(await read('plain')).toEqual({ a: { b: 1 } });
    await given.projected();
    expect((await given.ask('GET /audit?service=plain&limit=1')).data.items).toMatchObject([{ reason: 'first' }]);
  });

  test('may have members that an envelope has', async () => {
    await given.ask('POST /configurations/odd?content=plain', { raw: '{"configuration":1,"dryRun":true}' });
    expect(await read('odd')).toEqual({ configuration: 1, dryRun: true });
  });

  test.each(['null', '"text"', '7', '[1,{"a":2}]', '{"a":1}'])('is a value: %s', async (text) => {
    await given.ask(`PUT ${LEDGER}/some.value?content=plain`, { raw: text });
    expect((await given.ask(`GET ${LEDGER}/some.value?raw=true`)).text).toBe(text === '"text"' ? 'text' : text);
  });

  test('comes from a file with comments, whose places are named as they stand in it', async () => {
    const headers = { 'content-type': 'application/jsonc' };
    const file = '{\n  // of the desk\n  "a": 1, /* not "b": 2 */\n  "c": "// no comment",\n}\n';
    await given.ask('PUT /configurations/commented?content=plain', { raw: file, headers });
    expect(await read('commented')).toEqual({ a: 1, c: '// no comment' });
    const refused = await given.ask('PUT /configurations/commented?content=plain', { raw: '{\n  // one\n  "a": /* two */ 01\n}', headers });
    expect(refused).toMatchObject({ status: 400, code: 'JSON_MALFORMED' });
    expect(refused.body.error).toContain('line 3, column 18');
    expect((await given.ask('PUT /configurations/commented?content=plain', { raw: '{"a":1} /* open', headers })).status).toBe(400);
  });

  test('with comments and without its line breaks is refused with the way to keep them; it has 1 MiB at most', async () => {
    const headers = { 'content-type': 'application/jsonc' };
    const flat = await given.ask('PUT /configurations/flat?content=plain', { raw: '{  // of the desk  "a": 1}', headers });
    expect(flat.body.details[0]?.remedy).toContain('--data-binary');
    const long = `{"a":1} // ${'x'.repeat(1024 * 1024)}`;
    expect(await given.ask('PUT /configurations/flat?content=plain', { raw: long, headers })).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    });
  });

  test('without a content type is JSON, as curl -T sends it; without content=plain it is refused', async () => {
    const inject = (url: string) => {
      const headers = { authorization: 'Bearer ' + TOKEN };
      return given.api.app.inject({
        method: 'PUT',
        url: `/api/v1/configurations/typeless${url}`,
        headers,
        payload: Buffer.from('{"a":1}'),
      });
    };
    expect((await inject('?content=plain')).statusCode).toBe(200);
    expect((await inject('')).statusCode).toBe(415);
  });

  test.each([
    ['an array', '[1]', 'DOCUMENT_NOT_OBJECT'],
    ['null', 'null', 'DOCUMENT_NOT_OBJECT'],
    ['nothing', undefined, 'BODY_MISSING'],
  ])('of %s is no document', async (_, text, code) => {
    const asked = text === undefined ? {} : { raw: text };
    expect(await given.ask('PUT /configurations/plain?content=plain', asked)).toMatchObject({ status: 400, code });
  });
});

describe('Prefer: return=minimal', () => {
  const headers = { prefer: 'respond-async, return=minimal' };
  const position = expect.stringContaining(':') as string;

  test.each([
    [`PUT ${LEDGER}/risk.max`, { value: 6 }, 6, true],
    [`PUT ${LEDGER}/risk.max`, { value: 5 }, 5, false],
    [`POST ${LEDGER}/batch`, { operations: [{ type: 'SET', key: 'x', value: 1 }] }, 6, true],
    [`POST ${LEDGER}/versions/latest/activate`, {}, 5, true],
    [`POST ${LEDGER}/versions/5/rollback`, {}, 5, true],
    [`PUT ${LEDGER}/versions/5/tags/stable`, {}, 5, true],
  ])('answers %s %j with what a client needs to go on', async (what, body, version, changed) => {
    const answer = await given.ask(what, { body, headers });
    expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'return=minimal']);
    expect(answer.body).toEqual({ success: true, data: { version, changed, position }, timestamp: expect.any(String) });
  });

  test('keeps status and headers, and leaves failures and readings as they are', async () => {
    const created = await given.ask('POST /configurations/fresh', { body: { configuration: {} }, headers });
    expect([created.status, created.headers['location']]).toEqual([201, '/api/v1/configurations/fresh/environments/production']);
    expect(created.headers['etag']).toBeDefined();
    const refused = await given.ask(`DELETE ${LEDGER}/gone`, { headers });
    expect([refused.status, refused.headers['preference-applied'], refused.body.details.length]).toEqual([404, undefined, 1]);
    expect((await given.ask(`GET ${LEDGER}`, { headers })).data.configuration).toEqual(CONFIGURATION);
  });
});

describe('an entity tag', () => {
  test('of a version or a path is a revision, and guards a write also when a proxy has made it weak', async () => {
    const tag = await tagOf(`GET ${LEDGER}/risk.max`);
    expect(tag).toMatch(/^"\d+"$/);
    const write = (ifMatch: string, value: number) =>
      given.ask(`PUT ${LEDGER}/risk.max`, { body: { value }, headers: { 'if-match': ifMatch } });
    expect((await write(`W/${tag}`, 6)).status).toBe(200);
    expect(await write(`W/${tag}`, 7)).toMatchObject({ status: 412, code: 'IF_MATCH_FAILED' });
  });

  test('of what runs is its digest: the same after a rollback, for 304 and never for a write', async () => {
    await given.ask(`POST ${LEDGER}/versions/latest/activate`);
    const [document, leaf] = [await tagOf(`GET ${LEDGER}?version=active`), await tagOf(`GET ${LEDGER}/risk.max?version=active`)];
    expect(document).toBe(`"d:${(await given.ask(`GET ${LEDGER}?version=active`)).data.digest}"`);
    await given.ask(`PUT ${LEDGER}/other`, { body: { value: 1, activate: true } });
    expect(await tagOf(`GET ${LEDGER}?version=active`)).not.toBe(document);
    expect(await tagOf(`GET ${LEDGER}?version=previous`)).toBe(document);
    const unchanged = await given.ask(`GET ${LEDGER}/risk.max?version=active`, { headers: { 'if-none-match': `W/${leaf}` } });
    expect(unchanged.status).toBe(304);
    await given.ask(`POST ${LEDGER}/versions/previous/rollback`);
    expect(await tagOf(`GET ${LEDGER}?version=active`)).toBe(document);
    const headers = { 'if-match': document };
    expect((await given.ask(`GET ${LEDGER}?version=active`, { headers })).status).toBe(200);
    expect(await given.ask(`GET ${LEDGER}?version=latest`, { headers })).toMatchObject({ status: 412, code: 'IF_MATCH_FAILED' });
    const written = await given.ask(`PUT ${LEDGER}/risk.max`, { headers, body: { value: 1 } });
    expect(written).toMatchObject({ status: 412, code: 'IF_MATCH_FAILED' });
  });
});
