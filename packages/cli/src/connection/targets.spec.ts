// Server and token belong together: which source wins, what is planted is not taken, and no token goes to a stranger.
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identityOf } from '@confledger/process/process-identity';
import { runCli, startWorld, wordsOf, writeContexts, type World } from '../fixtures/world.js';
import { findLocalStandalone } from './local-standalone.js';
import { isLoopback } from './target.js';
import { TOKEN_CHARACTERS_MAX } from './token-file.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server of somebody else, which keeps what it was sent. */
async function stranger(
  answer: (url: string) => { readonly status: number; readonly headers?: Record<string, string> } = () => ({ status: 200 }),
) {
  const seen: IncomingHttpHeaders[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(request.headers);
    const { status, headers = {} } = answer(request.url ?? '');
    response.writeHead(status, headers).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe('The source of server and token', () => {
  test('is the flags, then the variables, then --context, CONFLEDGER_CONTEXT and the current one; context show says which', async () => {
    const tokenFile = path.join(world.folder, 'ops.token');
    const other = `http://localhost:${new URL(world.url).port}`;
    const env = { CONFLEDGER_URL: other, CONFLEDGER_TOKEN: 'a-token-for-tests', CONFLEDGER_CONTEXT: 'named' };
    for (const name of ['named', 'flagged']) await world.cli(['context', 'set', name, '--server', world.url, '--token-file', tokenFile]);
    const source = async (line: string, given: Record<string, string>) =>
      /source +(.*)/.exec((await world.cli(line, { env: given })).out)?.[1];
    expect(await source(`context show --server ${world.url} --token-file ops.token`, env)).toBe('--server');
    expect(await source('context show --context flagged', env)).toBe('CONFLEDGER_URL');
    expect(await source('context show --context flagged', { CONFLEDGER_CONTEXT: 'named' })).toBe('context flagged, --context');
    expect(await source('context show', { CONFLEDGER_CONTEXT: 'named' })).toBe('context named, CONFLEDGER_CONTEXT');
    expect(await source('context show', {})).toBe('context desk, current');
    expect((await world.cli('get fee --context flagged -e staging -s trading-engine', { env })).err).toContain(
      'CONFLEDGER_URL wins over --context flagged',
    );
  });

  test.each([
    ['--server http://127.0.0.1:1', {}, '--server needs --token-file'],
    ['--token-file ops.token', {}, '--token-file needs --server'],
    ['', { CONFLEDGER_URL: 'http://127.0.0.1:1' }, 'CONFLEDGER_URL is set without'],
    ['', { CONFLEDGER_TOKEN: 'x' }, 'CONFLEDGER_URL is not'],
    ['', { CONFLEDGER_TOKEN_FILE: 'x' }, 'CONFLEDGER_URL is not'],
    ['', { CONFLEDGER_URL: 'http://127.0.0.1:1', CONFLEDGER_TOKEN: 'x', CONFLEDGER_TOKEN_FILE: 'y' }, 'are both set'],
    ['--server ftp://x --token-file ops.token', {}, 'must begin with http'],
    ['--server http://a:hunter2@x --token-file ops.token', {}, 'holds credentials'],
    ['--context nowhere', {}, "There is no context 'nowhere'"],
    ['--context dask', {}, "did you mean 'desk'?"],
  ])('is never half of one: `%s` with %j is exit 2', async (flags, env, message) => {
    const ran = await world.cli(`get fee ${flags}`.trim(), { env });
    expect([ran.exit, ran.out, ran.err]).toEqual([2, '', expect.stringContaining(message) as string]);
    expect(ran.err).not.toContain('hunter2');
  });

  test('reads the token of flags from standard input by a dash', async () => {
    const ran = await world.cli(`get fee -e staging -s trading-engine --server ${world.url} --token-file -`, {
      input: 'a-token-for-tests\n',
    });
    expect([ran.exit, ran.out]).toEqual([0, '0.1\n']);
  });
});

describe('A token', () => {
  test('of a context is sent to the server of that context, and to no other that is named', async () => {
    const { url, seen } = await stranger();
    for (const line of [`get fee --server ${url}`, `api GET ${url}/status`, 'api GET //127.0.0.1/status'])
      expect((await world.cli(line)).exit).toBe(2);
    expect((await world.cli('get fee', { env: { CONFLEDGER_URL: url } })).exit).toBe(2);
    await world.cli(['context', 'set', 'desk', '--server', url]);
    expect(seen).toEqual([]);
  });

  test('does not follow a redirect', async () => {
    const target = await stranger();
    const { url, seen } = await stranger((asked) => ({ status: 307, headers: { location: `${target.url}${asked}` } }));
    writeContexts(world.home, {
      server: url,
      tokenFile: path.join(world.folder, 'ops.token'),
      environment: 'staging',
      service: 'trading-engine',
    });
    for (const line of ['get fee', 'set fee 1', 'api GET /status', 'diff']) {
      const ran = await world.cli(line);
      expect([line, ran.exit, ran.err]).toEqual([line, 1, expect.stringContaining('307), which is not followed') as string]);
    }
    expect(seen.length).toBeGreaterThan(0);
    expect(target.seen).toEqual([]);
  });

  test('that is of another server is refused there: exit 8, and neither is shown', async () => {
    writeFileSync(path.join(world.folder, 'ops.token'), 'hunter2-of-another-server');
    const ran = await world.cli('get fee');
    expect([ran.exit, ran.err]).toEqual([8, expect.stringContaining('`confledger context show` says which was used') as string]);
    expect(ran.err).not.toContain('hunter2');
  });

  test('in a file that others can read is warned of, and used', async () => {
    chmodSync(path.join(world.folder, 'ops.token'), 0o644);
    const ran = await world.cli('get fee');
    expect([ran.exit, ran.err]).toEqual([
      0,
      "warning: The token file /folder/ops.token can be read by others: chmod 600 '/folder/ops.token'\n",
    ]);
  });

  test.each([
    ['is missing', null, 'cannot be read (ENOENT)'],
    ['is empty', '', 'holds no token'],
    ['has two words', 'hunter2 hunter3', 'holds no token'],
    ['is too long', 'x'.repeat(TOKEN_CHARACTERS_MAX + 1), 'holds no token'],
  ])('in a file that %s is exit 2', async (_, text, message) => {
    const file = path.join(world.folder, 'ops.token');
    rmSync(file);
    if (text !== null) writeFileSync(file, text, { mode: 0o600 });
    const ran = await world.cli('get fee');
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining(message) as string]);
    expect(ran.err).not.toContain('hunter');
  });

  test('over plain http to another host is warned of once for each server of a context', async () => {
    const server = 'http://ledger.invalid:8011';
    writeContexts(world.home, { server, tokenFile: path.join(world.folder, 'ops.token'), environment: 'staging', service: 'x' });
    const first = await world.cli('get fee');
    expect([first.exit, first.err]).toEqual([
      3,
      expect.stringContaining(`${server} is plain http: token and values can be read on the way.`) as string,
    ]);
    expect((await world.cli('get fee')).err).not.toContain('plain http');
    expect(['localhost', '127.0.0.1', '127.1.2.3', '[::1]'].every(isLoopback)).toBe(true);
    expect(['127.0.0.1.example.com', 'example.com', '10.0.0.1', 'localhost.example.com'].some(isLoopback)).toBe(false);
  });
});

describe('The local standalone', () => {
  const dataDirectory = (folder: string, url: string, identity: object = identityOf(process.pid)): string => {
    const directory = path.join(folder, '.confledger');
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(path.join(directory, 'address.json'), JSON.stringify({ url, ...identity }), { mode: 0o600 });
    writeFileSync(path.join(directory, 'admin.token'), 'a-token-for-tests\n', { mode: 0o600 });
    return directory;
  };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'confledger-local-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
  });
  const get = async (cwd: string, env: Record<string, string> = {}) => {
    const ran = await runCli(wordsOf('get fee -e staging -s trading-engine'), { cwd, home: path.join(folder, 'nobody'), env });
    return { ...ran, err: ran.err.replaceAll(folder, '/here') };
  };

  test('is found in this folder, and where CONFLEDGER_DATA_DIR says', async () => {
    const directory = dataDirectory(folder, world.url);
    expect(await get(folder)).toEqual({ exit: 0, out: '0.1\n', err: '' });
    expect(await get(tmpdir(), { CONFLEDGER_DATA_DIR: directory })).toEqual({ exit: 0, out: '0.1\n', err: '' });
  });

  test('is never taken from a parent folder, where somebody may have planted it', async () => {
    const { url, seen } = await stranger();
    dataDirectory(folder, url);
    const inside = path.join(folder, 'inside');
    mkdirSync(inside);
    expect(await get(inside)).toEqual({
      exit: 2,
      out: '',
      err: expect.stringContaining('none runs from this folder: /here/inside/.confledger is not there.') as string,
    });
    expect(seen).toEqual([]);
  });

  test.each(['.', 'address.json', 'admin.token'])('is not taken where others can write %s', async (file) => {
    const { url, seen } = await stranger();
    const directory = dataDirectory(folder, url);
    chmodSync(path.join(directory, file), file === '.' ? 0o770 : 0o622);
    const ran = await get(folder);
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining('can be written by others') as string]);
    expect(seen).toEqual([]);
  });

  test('is not taken where a file belongs to another user', () => {
    dataDirectory(folder, world.url);
    const userId = (process.getuid?.() ?? 0) + 1;
    expect(findLocalStandalone({ env: {}, cwd: folder, userId })).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('belongs to another user') as string,
    });
  });

  test('is taken through a link of the user, and not where the link leads to what others can write', async () => {
    const real = path.join(folder, 'elsewhere');
    mkdirSync(real);
    const directory = dataDirectory(real, world.url);
    symlinkSync(directory, path.join(folder, '.confledger'));
    lutimesSync(path.join(folder, '.confledger'), 0, 0);
    expect((await get(folder)).exit).toBe(0);
    chmodSync(directory, 0o777);
    expect((await get(folder)).exit).toBe(2);
  });

  test.each([
    ['that was killed', { pid: 2 ** 22 + 1, startMark: null }],
    ['whose process id another program has by now', { pid: process.pid, startMark: 'another start' }],
  ])('%s is not called: its port may be another program’s', async (_, identity) => {
    const { url, seen } = await stranger();
    dataDirectory(folder, url, identity);
    const ran = await get(folder);
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining('does not run any more') as string]);
    expect(seen).toEqual([]);
  });
});

describe('A context', () => {
  test('keeps where the token is, in a file for the user alone, and is current when it is the first', async () => {
    rmSync(path.join(world.home, '.config'), { recursive: true });
    const ran = await world.cli('context set prod --server https://ledger.example/ --token-file ops.token -e production');
    expect(ran.err).toBe('Context prod is kept in /folder/home/.config/confledger/contexts.json, and is current.\n');
    const file = path.join(world.home, '.config/confledger/contexts.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).not.toContain('a-token-for-tests');
    expect((await world.cli('context show prod -o json')).out).toContain('"server": "https://ledger.example"');
  });

  test('gets a new server only with a token file', async () => {
    expect((await world.cli('context set desk --server https://other.example')).err).toContain('Another server needs --token-file');
    expect((await world.cli('context set new --server https://other.example')).exit).toBe(2);
    expect((await world.cli('context set new --server https://other.example --no-token')).exit).toBe(0);
    expect((await world.cli('context set desk --server https://other.example --token-file -')).exit).toBe(2);
  });

  test('that is deleted leaves its token file, and no context is current', async () => {
    expect((await world.cli('context delete desk')).err).toContain('No context is current now.');
    expect(existsSync(path.join(world.folder, 'ops.token'))).toBe(true);
    expect((await world.cli('get fee')).exit).toBe(2);
  });

  test.each(['{', '[]', '{"contexts":{"a b":{"server":"http://x"}}}', '{"contexts":{"a":{}}}'])(
    'in a file that is %s is exit 2, and the file is left as it is',
    async (text) => {
      const file = path.join(world.home, '.config/confledger/contexts.json');
      writeFileSync(file, text);
      for (const line of ['get fee', 'context list', 'context set a --server http://x --no-token'])
        expect([line, (await world.cli(line)).exit]).toEqual([line, 2]);
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  test('that cannot be written, as on a full disk, is exit 2, and the file stays as it was', async () => {
    const file = path.join(world.home, '.config/confledger/contexts.json');
    const before = readFileSync(file, 'utf8');
    const ran = await world.cli('context set more --server http://127.0.0.1:1 --no-token', { env: { XDG_CONFIG_HOME: '/proc/none' } });
    expect([ran.exit, ran.err]).toEqual([2, expect.stringMatching(/cannot be written to \/proc\/none.*\n.*Nothing was changed/) as string]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
