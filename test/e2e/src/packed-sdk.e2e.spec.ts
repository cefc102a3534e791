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
const PACKAGES = ['backoff', 'document', 'contracts', 'feed-http', 'sdk'];
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const STEP_TIMEOUT_MS = 120_000;

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
  await run(TSC, ['-b', ...PACKAGES.map((name) => join(ROOT, 'packages', name))], { timeout: STEP_TIMEOUT_MS });
  await mkdir(join(directory, 'tarballs'));
  const pack = ['--yes', '--prefer-offline', await installedPnpm(), 'pack', '--pack-destination', join(directory, 'tarballs')];
  for (const name of PACKAGES) await run('npx', pack, { cwd: join(ROOT, 'packages', name), timeout: STEP_TIMEOUT_MS });
  // The one foreign dependency, as it lies in this workspace: nothing is asked of a registry.
  await cp(await realpath(join(ROOT, 'packages/sdk/node_modules/@standard-schema/spec')), join(directory, 'standard-schema-spec'), {
    recursive: true,
  });
}, 5 * STEP_TIMEOUT_MS);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The pnpm that installed this workspace, as `pnpm@<version>`: npx has it. */
async function installedPnpm(): Promise<string> {
  const [found] = /pnpm@\d+\.\d+\.\d+/.exec(await readFile(join(ROOT, 'node_modules/.modules.yaml'), 'utf8')) ?? [];
  if (found === undefined) throw new Error('node_modules does not say which pnpm made it.');
  return found;
}

/** An empty project with the tarballs installed, without a registry. */
async function project(name: string, type: 'module' | 'commonjs', files: Readonly<Record<string, string>>): Promise<string> {
  const at = join(directory, name);
  await mkdir(at);
  const tarballs = await readdir(join(directory, 'tarballs'));
  const packed = Object.fromEntries(tarballs.map((file) => [packageOf(file), `file:../tarballs/${file}`]));
  const dependencies = { ...packed, '@standard-schema/spec': 'file:../standard-schema-spec' };
  await writeFile(join(at, 'package.json'), JSON.stringify({ name, private: true, type, dependencies }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(at, file), text);
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: at, timeout: STEP_TIMEOUT_MS });
  return at;
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

describe('the packed SDK', { timeout: 2 * STEP_TIMEOUT_MS }, () => {
  test('is imported by an ECMAScript module, and the process ends by itself after close', async () => {
    const imports = "import * as sdk from '@confledger/sdk';\nimport * as testing from '@confledger/sdk/testing';\n";
    const at = await project('esm', 'module', { 'index.js': `${imports}${USE}\nawait use(sdk, testing);\n` });
    expect(await node(at, 'index.js')).toBe('2\n');
    expect(await readdir(join(at, 'node_modules/@confledger'))).toEqual(['backoff', 'contracts', 'document', 'feed-http', 'sdk']);
  });

  test('is required by a CommonJS module: nothing in it awaits at the top', async () => {
    const at = await project('cjs', 'commonjs', {
      'index.js': `${USE}\nuse(require('@confledger/sdk'), require('@confledger/sdk/testing'));\n`,
    });
    expect(await node(at, 'index.js')).toBe('2\n');
  });

  test.each([
    ['nodenext', 'module', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['nodenext', 'commonjs', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', 'module', { module: 'esnext', moduleResolution: 'bundler' }],
  ] as const)('type-checks under %s in a project of type %s, its declarations too', async (resolution, type, options) => {
    const compilerOptions = { ...options, target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] };
    const at = await project(`typed-${resolution}-${type}`, type, {
      'index.ts': TYPED,
      'tsconfig.json': JSON.stringify({ compilerOptions, files: ['index.ts'] }),
    });
    const types = createRequire(join(ROOT, 'package.json')).resolve('@types/node/package.json');
    await mkdir(join(at, 'node_modules/@types'));
    await symlink(dirname(types), join(at, 'node_modules/@types/node'));
    const { stdout } = await run(TSC, ['-p', '.'], { cwd: at, timeout: STEP_TIMEOUT_MS }).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });
});
