// Servers that are away, slow, foreign, of another version or gone in the middle, and answers that would act on a terminal.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, writeContexts, type World } from '../fixtures/world.js';

let world: World;
let server: Server | null = null;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => use(world.url));
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** Puts a server in the place of the api. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function use(url: string): void {
  writeContexts(world.home, {
    server: url,
    tokenFile: path.join(world.folder, 'ops.token'),
    environment: 'staging',
    service: 'trading-engine',
  });
}

const json = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const failure = (code: string, error: string) => ({ success: false, error, code, details: [], requestId: 'r1', timestamp: '' });

/** Every command that calls an api, as it is typed. */
const LINES = [
  ...[
    'get',
    'get fee',
    'get fee venues',
    'get --effective',
    'list',
    'diff',
    'history',
    'history fee',
    'blame',
    'explain',
    'versions',
    'versions latest',
    'versions --activations',
  ],
  ...[
    'validate',
    'watch',
    'set fee 1',
    'unset fee',
    'activate',
    'rollback',
    'tag latest x',
    'promote --from production',
    'wait 6',
    'audit',
    'status',
    'verify',
    'doctor',
  ],
  ...[
    'version --remote',
    'api GET /status',
    'schema list',
    'schema show fee',
    "schema set fee -d '{}'",
    'schema remove fee',
    "schema what-if fee -d '{}'",
    'env list',
    'env show staging',
  ],
  ...['env define staging', 'env retire staging --confirm staging', 'ledger list', 'ledger retire', 'node list', 'node show x'],
];

describe('A server that', () => {
  test.each(LINES)('cannot be reached is exit 3 for `%s`, in words', async (line) => {
    use('http://127.0.0.1:1');
    const { exit, err, out } = await world.cli(line);
    expect([exit, err + out]).toEqual([3, expect.stringContaining('ECONNREFUSED') as string]);
    expect(err).not.toMatch(/ {4}at |fault of this program/);
  });

  test('answers too late is exit 3, and a write may have been made', async () => {
    await serving(() => undefined);
    const read = await world.cli('get fee --request-timeout 1');
    expect([read.exit, read.err]).toEqual([
      3,
      expect.stringMatching(/did not answer within 1000 ms.*\n {2}→ Nothing was written\./) as string,
    ]);
    const write = await world.cli('unset fee --request-timeout 1');
    expect([write.exit, write.err]).toEqual([3, expect.stringContaining('error: The outcome is not known: ') as string]);
    expect(write.err).toContain('Look before you repeat it: confledger versions');
  });

  test('goes away in the middle of an answer is exit 3', async () => {
    await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"success":tr');
      setImmediate(() => response.destroy());
    });
    expect((await world.cli('get fee')).exit).toBe(3);
    expect((await world.cli('unset fee')).err).toContain('The outcome is not known');
  });

  test('ends a verification before its result has verified nothing: exit 3', async () => {
    await serving(
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/x-ndjson' })
          .end('{"kind":"progress","step":"events","position":"a:1","of":"a:2","eventCount":1}\n'),
    );
    const ran = await world.cli('verify');
    expect([ran.exit, ran.out, ran.err]).toEqual([3, '', expect.stringContaining('nothing is verified') as string]);
  });

  test.each([
    ['a page', 200, 'text/html', '<html>', 1],
    ['a gateway that is alone', 502, 'text/html', 'bad gateway', 3],
    ['another service', 200, 'application/json', '{"ok":true}', 1],
    ['nothing', 204, 'text/plain', '', 1],
  ])('is %s is named so', async (_, status, type, body, exit) => {
    await serving((__, response) => void response.writeHead(status, { 'content-type': type }).end(body));
    const ran = await world.cli('get fee');
    expect([ran.exit, ran.err]).toEqual([exit, expect.stringContaining('Check the address: `confledger context show`') as string]);
  });

  test.each([
    [409, 4],
    [412, 4],
    [404, 7],
    [401, 8],
    [403, 8],
    [429, 3],
    [503, 3],
    [400, 1],
    [500, 1],
  ])('is newer and answers %i with a code that this release lacks is exit %i, and shows the code', async (status, exit) => {
    await serving((_, response) => json(response, status, failure('CODE_OF_TOMORROW', 'It is Tuesday.')));
    const ran = await world.cli('get fee');
    expect([ran.exit, ran.err]).toEqual([exit, 'error: It is Tuesday.\n  CODE_OF_TOMORROW, request r1\n']);
  });

  test('is of another version and lacks members ends in one sentence, without a stack trace', async () => {
    await serving((_, response) => json(response, 200, { success: true, data: {}, timestamp: '' }));
    for (const line of LINES.filter((each) => !/^(?:watch|verify|doctor|version|api|schema what-if|wait)/.test(each))) {
      const ran = await world.cli(line);
      expect([line, ran.err.split('\n').filter((text) => /^ {4,}at /.test(text))]).toEqual([line, []]);
      expect([0, 1, 2, 4]).toContain(ran.exit);
    }
  });
});

describe('Text of others', () => {
  test('does not act on a terminal: neither reasons nor names nor messages', async () => {
    await world.client.setValueByKey({
      service: 'trading-engine',
      query: { environment: 'staging', path: 'x' },
      body: { value: '\u001b[2J\u0007', reason: '\u001b]0;owned\u0007 \u202egnorw' },
    });
    for (const line of ['history', 'versions', 'blame', 'explain', 'list', 'diff', 'audit']) {
      const { out } = await world.cli(line, { answers: [] });
      expect([line, /[\u0000-\u0009\u000b-\u001f\u202e]/.test(out)]).toEqual([line, false]);
    }
    await serving((_, response) => json(response, 400, failure('X', 'bad \u001b[31m\nerror: other')));
    expect((await world.cli('get fee')).err).toBe('error: bad  [31m error: other\n  X, request r1\n');
  });
});

describe('With -o json', () => {
  test('an error is one JSON object on standard error, and standard output stays empty', async () => {
    for (const [line, exit, code] of [
      ['get nothing -o json', 7, 'KEY_NOT_FOUND'],
      ['gte fee -o json', 2, 'USAGE'],
      ['get fee --nothing --output=json', 2, 'USAGE'],
      ['get fee -s nobody -o ndjson', 7, 'LEDGER_UNKNOWN'],
    ] as const) {
      const ran = await world.cli(line);
      expect([ran.exit, ran.out, Object.keys(JSON.parse(ran.err) as object)]).toEqual([
        exit,
        '',
        ['code', 'error', 'details', 'requestId', 'exit'],
      ]);
      expect(JSON.parse(ran.err)).toMatchObject({ code, exit });
    }
  });
});

describe('A local file', () => {
  test.each([
    ['is missing', null, 'cannot be read (ENOENT)'],
    ['is no JSON', '{"a":', 'cannot be read as JSON'],
    ['is no UTF-8', Buffer.from([0xff, 0xfe, 0x41]), 'is not UTF-8'],
    ['has a name twice', '{"type":"number","type":"string"}', 'cannot be read as JSON'],
  ])('that %s is exit 2, and nothing is sent', async (_, content, message) => {
    const file = path.join(world.folder, 'schema.json');
    if (content !== null) writeFileSync(file, content);
    const ran = await world.cli('schema set fee -d @schema.json');
    expect([ran.exit, ran.out, ran.err]).toEqual([2, '', expect.stringContaining(message) as string]);
  });
});
