// The published packages as a user gets them: packed, installed into empty projects without a registry, imported, required, type-checked.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGES = ['backoff', 'document', 'secrets', 'resolution', 'categories', 'contracts', 'feed-http', 'sdk'];
/** For programs that call the HTTP API: installed without the SDK. */
const CLIENT = 'client';
const CLIENT_PACKAGES = ['document', 'contracts', CLIENT];
/** For nodes that follow Kafka: installed beside the others where it is wanted, and nowhere else. */
const KAFKA = 'feed-kafka';
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const STEP_TIMEOUT_MS = 120_000;
const TARBALLS = 'tarballs';

const USE = `
async function use({ connectNode }, { memoryFeed }) {
  const feed = memoryFeed({ risk: { limit: 1 } });
  const node = await connectNode({ environment: 'production', service: 'engine', feed, publicKey: feed.publicKey });
  const limit = node.handle('risk.limit');
  await feed.activate({ risk: { limit: 2 } });
  console.log(limit.current);
  await node.close();
}`;

const TYPED = `
import { connectNode, httpFeed, ConfLedgerError, type ConfLedgerErrorCode, type TradingNode } from '@confledger/sdk';
import { memoryFeed } from '@confledger/sdk/testing';
import type { StandardSchemaV1 } from '@standard-schema/spec';
declare const Risk: StandardSchemaV1<unknown, { limit: number }>;
export async function start(): Promise<number> {
  const feed = process.env['TEST'] ? memoryFeed({ risk: { limit: 1 } }) : httpFeed({ url: 'http://127.0.0.1:8011' });
  const node = await connectNode({ environment: 'production', service: 'engine', feed, publicKey: 'key', schemas: { risk: Risk } });
  node.onChange('risk.**', ({ changes }) => console.log(changes.map(({ path, before, after }) => [path, before, after])));
  // @ts-expect-error the schema says that the limit is a number
  const wrong: string = node.handle('risk').current.limit;
  const unknown = node.handle('other').current;
  console.log(wrong, unknown === undefined);
  return node.handle('risk').current.limit;
}
export const close = async (node: TradingNode): Promise<void> => node.close();
export const code = (error: ConfLedgerError): ConfLedgerErrorCode => error.code;
`;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'confledger-packed-'));
  await run(TSC, ['-b', ...[...PACKAGES, KAFKA, CLIENT].map((name) => join(ROOT, 'packages', name))], { timeout: STEP_TIMEOUT_MS });
  await pack([...PACKAGES, KAFKA, CLIENT]);
  // The foreign dependencies, as they lie in this workspace: nothing is asked of a registry.
  for (const [lies, name] of Object.entries({
    'sdk/node_modules/@standard-schema/spec': 'standard-schema-spec',
    'feed-kafka/node_modules/kafkajs': 'kafkajs',
  }))
    await cp(await realpath(join(ROOT, 'packages', lies)), join(directory, name), { recursive: true });
}, 5 * STEP_TIMEOUT_MS);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** All with one pnpm: each would take 0.7 s of processor time. */
async function pack(names: readonly string[]): Promise<void> {
  const to = join(directory, TARBALLS);
  await mkdir(to, { recursive: true });
  const chosen = names.map((name) => `--filter=@confledger/${name}`);
  const options = ['--yes', '--prefer-offline', await installedPnpm(), ...chosen, 'pack', '--pack-destination', to];
  await run('npx', options, { cwd: ROOT, timeout: STEP_TIMEOUT_MS });
}

/** The pnpm that installed this workspace, as `pnpm@<version>`: npx has it. */
async function installedPnpm(): Promise<string> {
  const [found] = /pnpm@\d+\.\d+\.\d+/.exec(await readFile(join(ROOT, 'node_modules/.modules.yaml'), 'utf8')) ?? [];
  if (found === undefined) throw new Error('node_modules does not say which pnpm made it.');
  return found;
}

/** An empty project with the tarballs installed, without a registry. */
async function project(
  name: string,
  type: 'module' | 'commonjs',
  files: Readonly<Record<string, string>>,
  dependencies?: Readonly<Record<string, string>>,
): Promise<string> {
  const at = join(directory, name);
  await mkdir(at);
  dependencies ??= await sdkDependencies();
  await writeFile(join(at, 'package.json'), JSON.stringify({ name, private: true, type, dependencies }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(at, file), text);
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: at, timeout: STEP_TIMEOUT_MS });
  return at;
}

async function sdkDependencies(): Promise<Readonly<Record<string, string>>> {
  return { ...(await packedIn(PACKAGES)), '@standard-schema/spec': 'file:../standard-schema-spec' };
}

/** Packages as npm installs them from their tarballs. */
async function packedIn(names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const tarballs = await readdir(join(directory, TARBALLS));
  const packed = tarballs.map((file) => [packageOf(file), `file:../${TARBALLS}/${file}`] as const);
  return Object.fromEntries(packed.filter(([name]) => names.includes(name.slice('@confledger/'.length))));
}

/** `confledger-feed-http-0.1.0.tgz` is `@confledger/feed-http`. */
function packageOf(file: string): string {
  const [, name = ''] = /^confledger-(.+)-\d+\.\d+\.\d+\.tgz$/.exec(file) ?? [];
  return `@confledger/${name}`;
}

async function node(at: string, file: string): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: at, timeout: STEP_TIMEOUT_MS });
  return stdout + stderr;
}

/** What the compiler says of a project's `index.ts` and of the declarations that it is given; '' when nothing. */
async function typeProblems(at: string, options: { readonly module: string; readonly moduleResolution: string }): Promise<string> {
  const compilerOptions = { ...options, target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] };
  await writeFile(join(at, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }));
  const types = createRequire(join(ROOT, 'package.json')).resolve('@types/node/package.json');
  await mkdir(join(at, 'node_modules/@types'));
  await symlink(dirname(types), join(at, 'node_modules/@types/node'));
  const { stdout } = await run(TSC, ['-p', '.'], { cwd: at, timeout: STEP_TIMEOUT_MS }).catch((error: { stdout: string }) => error);
  return stdout;
}

describe('the packed SDK', { timeout: 2 * STEP_TIMEOUT_MS }, () => {
  test('is imported by an ECMAScript module, and the process ends by itself after close', async () => {
    const imports = "import * as sdk from '@confledger/sdk';\nimport * as testing from '@confledger/sdk/testing';\n";
    const at = await project('esm', 'module', { 'index.js': `${imports}${USE}\nawait use(sdk, testing);\n` });
    expect(await node(at, 'index.js')).toBe('2\n');
    expect(await readdir(join(at, 'node_modules/@confledger'))).toEqual(PACKAGES.toSorted());
    // The categories are judged by code that was generated ahead.
    expect(await readdir(join(at, 'node_modules'))).not.toContain('ajv');
  });

  test('is required by a CommonJS module: nothing in it awaits at the top', async () => {
    const at = await project('cjs', 'commonjs', {
      'index.js': `${USE}\nuse(require('@confledger/sdk'), require('@confledger/sdk/testing'));\n`,
    });
    expect(await node(at, 'index.js')).toBe('2\n');
  });

  test('follows Kafka with one package more, which brings no other of ours', async () => {
    const code =
      "import { kafkaFeed } from '@confledger/feed-kafka';\nconsole.log(typeof kafkaFeed({ brokers: ['127.0.0.1:1'], ssl: { ca: '' } }).open);\n";
    const dependencies = { ...(await sdkDependencies()), ...(await packedIn([KAFKA])), kafkajs: 'file:../kafkajs' };
    const at = await project('kafka', 'module', { 'index.js': code, 'index.ts': code }, dependencies);
    expect(await typeProblems(at, { module: 'nodenext', moduleResolution: 'nodenext' })).toBe('');
    expect(await node(at, 'index.js')).toBe('function\n');
    expect(await readdir(join(at, 'node_modules/@confledger'))).toEqual([...PACKAGES, KAFKA].sort());
  });

  test.each([
    ['nodenext', 'module', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['nodenext', 'commonjs', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', 'module', { module: 'esnext', moduleResolution: 'bundler' }],
  ] as const)('type-checks under %s in a project of type %s, its declarations too', async (resolution, type, options) => {
    const at = await project(`typed-${resolution}-${type}`, type, { 'index.ts': TYPED });
    expect(await typeProblems(at, options)).toBe('');
  });
});

test(
  'the packed client is imported, required and type-checked, and brings two packages along',
  { timeout: 2 * STEP_TIMEOUT_MS },
  async () => {
    const typed = `
import { ApiError, createClient, type Client } from '@confledger/client';
const client: Client = createClient({ url: 'http://127.0.0.1:8011' });
export const read = async (): Promise<number> => (await client.readConfiguration({ service: 'engine', query: { version: 4 } })).data.version ?? 0;
// @ts-expect-error the path has a service
export const wrong = () => client.readConfiguration({});
export const code = (error: ApiError): string => error.code;
`;
    const use = "console.log(Object.keys(createClient({ url: 'http://127.0.0.1:8011' })).length > 30);\n";
    const files = {
      'index.js': `import { createClient } from '@confledger/client';\n${use}`,
      'index.cjs': `const { createClient } = require('@confledger/client');\n${use}`,
      'index.ts': typed,
    };
    const at = await project('client', 'module', files, await packedIn(CLIENT_PACKAGES));
    expect([await node(at, 'index.js'), await node(at, 'index.cjs')]).toEqual(['true\n', 'true\n']);
    expect(await typeProblems(at, { module: 'nodenext', moduleResolution: 'nodenext' })).toBe('');
    expect(await readdir(join(at, 'node_modules/@confledger'))).toEqual(['client', 'contracts', 'document']);
  },
);
