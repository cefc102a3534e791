// Every sample of the README and of the docs, run as it stands on a fresh instance of its own, its output held against what the page shows.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { agrees, readPage, runSamples, type Sample, samplesOf, type Session, typeProblems } from './samples.js';
import { isAlive } from './standalone.js';

/** Pages with samples. A page that gets its first one is to be added here; the last test sees to it. */
const PAGES = [
  'README.md',
  'packages/docs/http.md',
  'packages/docs/environments.md',
  'packages/docs/categories.md',
  'packages/docs/schemas.md',
  'packages/docs/sdk.md',
  'packages/docs/resolution.md',
  'packages/docs/client.md',
  'packages/docs/command-line.md',
  'packages/docs/operations.md',
];
/** Pages that go on where the one before ended, on one instance: the README first, then by their numbers. */
const EXAMPLE = 'packages/docs/example';
const CHAPTERS = readdirSync(fileURLToPath(new URL(`../../../${EXAMPLE}`, import.meta.url)))
  .filter((name) => /^\d+-.*\.md$/.test(name))
  .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
const EXAMPLE_PAGES = ['README.md', ...CHAPTERS].map((name) => `${EXAMPLE}/${name}`);
const PAGE_TIMEOUT_MS = 180_000;
const EXAMPLE_TIMEOUT_MS = 300_000;

// In this package, so that samples import what its package.json names.
const sourceFolder = fileURLToPath(new URL('../.cache/samples/', import.meta.url));
rmSync(sourceFolder, { recursive: true, force: true });

afterAll(() => rmSync(sourceFolder, { recursive: true, force: true }));

async function session(): Promise<Session> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  const folder = mkdtempSync(path.join(tmpdir(), 'confledger samples '));
  // Programs and files that a page names by their place in the repository.
  for (const name of ['services', 'packages'])
    symlinkSync(fileURLToPath(new URL(`../../../${name}`, import.meta.url)), path.join(folder, name));
  return { folder, port: address.port, sourceFolder };
}

/** Ends what `npm start` of a page has started. */
async function endStandalone(folder: string): Promise<void> {
  const lock = path.join(folder, '.confledger/lock');
  if (!existsSync(lock)) return;
  const { pid } = JSON.parse(readFileSync(lock, 'utf8')) as { readonly pid: number };
  process.kill(pid, 'SIGTERM');
  await eventually(() => !isAlive(pid), { timeoutMs: 30_000 });
}

/** Gives a folder of its own to what starts an instance there, and ends both. */
async function inSession(use: (where: Session) => Promise<void>): Promise<void> {
  const where = await session();
  try {
    await use(where);
  } finally {
    await endStandalone(where.folder);
    rmSync(where.folder, { recursive: true, force: true });
  }
}

async function runsAsShown(page: string, samples: readonly Sample[], where: Session): Promise<void> {
  for (const { sample, exitCode, output } of await runSamples(page, samples, where)) {
    const shown = sample.expected?.replaceAll('8011', String(where.port));
    const said = `${page}:${sample.line} ended with ${exitCode} and printed:\n${output}`;
    expect(exitCode, said).toBe(0);
    expect(shown === undefined || agrees(output, shown), `${said}\nThe page shows:\n${shown ?? ''}`).toBe(true);
  }
}

const START: Sample = { language: 'bash', code: 'npm start', expected: null, line: 0 };

describe.each(PAGES)('%s', (page) => {
  const own = samplesOf(readPage(page));
  const samples = own[0]?.code.includes('npm start') === true ? own : [START, ...own];

  test('every sample runs and prints what the page shows', { timeout: PAGE_TIMEOUT_MS }, async () => {
    await inSession((where) => runsAsShown(page, samples, where));
  });

  const typed = samples.map((sample, index) => ({ sample, index })).filter(({ sample }) => sample.language === 'ts');
  if (typed.length === 0) return;
  // The run above has written them.
  test('every TypeScript sample compiles', () => {
    const indexes = typed.map(({ index }) => index);
    expect(typeProblems(page, indexes, { sourceFolder })).toBe('');
  });
});

test('the example runs from its first page to its last and prints what they show', { timeout: EXAMPLE_TIMEOUT_MS }, async () => {
  await inSession(async (where) => {
    for (const page of EXAMPLE_PAGES) await runsAsShown(page, samplesOf(readPage(page)), where);
  });
});

test('the README of the example names every page of it', () => {
  const readme = readPage(`${EXAMPLE}/README.md`);
  for (const page of CHAPTERS) expect(readme).toContain(`](${page})`);
});

test('no page has samples that nobody runs', () => {
  const pages = ['ARCHITECTURE.md', 'failure-modes.md', 'glossary.md'].map((name) => `packages/docs/${name}`);
  for (const page of pages) expect(samplesOf(readPage(page)), page).toEqual([]);
  // Run by kafka-samples.engine.spec.ts and operations-samples.engine.spec.ts.
  const onKafka = ['packages/docs/sdk.md', 'packages/docs/operations.md'];
  const others = [...pages, ...PAGES, ...EXAMPLE_PAGES].filter((page) => !onKafka.includes(page));
  for (const page of others) expect(samplesOf(readPage(page), 'kafka'), page).toEqual([]);
});

test('the README fits on three screens', () => {
  expect(readPage('README.md').split('\n').length - 1).toBeLessThanOrEqual(120);
});
