// Samples of the docs, run as they stand: shell blocks in one bash session for each page, TypeScript blocks compiled and run in between.
// A `text` block behind a block is what it prints; `…` in it stands for anything. Blocks in other languages are not run.
// A word behind the language says what a block needs beside a standalone: `ts kafka`. Those are run by a spec that has it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAIN } from './standalone.js';

export interface Sample {
  readonly language: 'bash' | 'ts';
  readonly code: string;
  /** What it is to print; null where the page does not say. */
  readonly expected: string | null;
  /** Line of the page that the block begins at. */
  readonly line: number;
}

export interface SampleRun {
  readonly sample: Sample;
  readonly exitCode: number;
  readonly output: string;
}

const SESSION_TIMEOUT_MS = 120_000;
/** How often a sample that only looks is tried; each try takes about 50 ms. */
const LOOKS_MAX = 100;
const MARK = '\u0001sample';
const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** The samples of a page that need `on`, in their order; without it those that need nothing more than a standalone. */
export function samplesOf(markdown: string, on = ''): readonly Sample[] {
  const samples: Sample[] = [];
  let line = 1;
  let fence: { readonly language: string; readonly line: number; readonly code: string[] } | null = null;
  for (const text of markdown.split('\n')) {
    if (fence === null && text.startsWith('```')) fence = { language: text.slice(3).trim(), line, code: [] };
    else if (fence !== null && text === '```') {
      const [language, needed = ''] = fence.language.split(' ');
      if (needed === on) add(samples, language, fence.code.join('\n'), fence.line);
      fence = null;
    } else fence?.code.push(text);
    line += 1;
  }
  return samples;
}

function add(samples: Sample[], language: string | undefined, code: string, line: number): void {
  const last = samples.at(-1);
  if (language === 'bash' || language === 'sh') samples.push({ language: 'bash', code, expected: null, line });
  else if (language === 'ts') samples.push({ language: 'ts', code, expected: null, line });
  else if (language === 'text' && last?.expected === null) samples[samples.length - 1] = { ...last, expected: code };
}

/** Whether an output is what the page shows: equal but for white space, `…` stands for anything. */
export function agrees(output: string, expected: string): boolean {
  return new RegExp(patternOf(expected)).test(output.trim());
}

function patternOf(expected: string): string {
  const parts = expected.trim().split('…');
  return `^${parts
    .map((part) =>
      part
        .trim()
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/\s+/g, '\\s+'),
    )
    .join('[\\s\\S]*?')}$`;
}

export interface Session {
  /** The folder that the samples are run in; `.confledger` in it is the data directory. */
  readonly folder: string;
  /** Stands in for 8011. */
  readonly port: number;
  /** Where TypeScript samples are written: inside a package that may import what they import. */
  readonly sourceFolder: string;
}

/** Runs a page's samples one after another in one shell. `npm start` starts a standalone in the background and shows its first line. */
export async function runSamples(page: string, samples: readonly Sample[], session: Session): Promise<readonly SampleRun[]> {
  mkdirSync(session.sourceFolder, { recursive: true });
  const script = [prelude(session), ...samples.map((sample, index) => step(page, sample, index, session))].join('\n');
  const file = path.join(session.folder, 'samples.sh');
  writeFileSync(file, script);
  const printed = await runBash(file, session.folder);
  return samples.map((sample, index) => {
    const found = new RegExp(`${MARK} ${index} begin\\n([\\s\\S]*?)${MARK} ${index} end (\\d+)\\n`).exec(printed);
    return { sample, exitCode: found === null ? -1 : Number(found[2]), output: found?.[1] ?? printed };
  });
}

/** The TypeScript file of a sample. */
export function sourceFileOf(page: string, index: number, { sourceFolder }: Pick<Session, 'sourceFolder'>): string {
  return path.join(sourceFolder, `${page.replace(/\W+/g, '-')}-${index}.ts`);
}

/** What the compiler says of a page's TypeScript samples, which a run has written; '' when nothing. */
export function typeProblems(page: string, indexes: readonly number[], { sourceFolder }: Pick<Session, 'sourceFolder'>): string {
  const files = indexes.map((index) => path.basename(sourceFileOf(page, index, { sourceFolder })));
  const configuration = path.join(sourceFolder, `tsconfig.${page.replace(/\W+/g, '-')}.json`);
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: ['node'], skipLibCheck: true };
  writeFileSync(configuration, JSON.stringify({ compilerOptions, files }));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [path.join(repository, 'node_modules/typescript/bin/tsc'), '-p', configuration],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? stdout : `ended with ${status}: ${stdout}${stderr}`;
}

function step(page: string, sample: Sample, index: number, session: Session): string {
  const code = sample.code.replaceAll('8011', String(session.port));
  if (sample.language === 'ts') writeFileSync(sourceFileOf(page, index, session), `${code}\nexport {};\n`);
  const run =
    sample.language === 'bash'
      ? code
      : `node ${quote(path.join(repository, 'node_modules/tsx/dist/cli.mjs'))} ${quote(sourceFileOf(page, index, session))}`;
  return `printf '${MARK} ${index} begin\\n'\n${repeatedUntilItAgrees(run, sample, index, session)}\nstatus=$?; printf '${MARK} ${index} end %s\\n' $status; [ $status = 0 ] || exit 1`;
}

/** What only looks is repeated in bounds: a page shows what a reader sees, who is slower than a script. */
function repeatedUntilItAgrees(run: string, { code, expected }: Sample, index: number, { folder, port }: Session): string {
  const onlyLooks = code.split('\n').every((line) => line.startsWith('ledger GET ') || line.startsWith('curl -s http'));
  if (expected === null || !onlyLooks) return `{ ${run}\n} 2>&1`;
  const pattern = path.join(folder, `expected-${index}`);
  writeFileSync(pattern, patternOf(expected.replaceAll('8011', String(port))));
  const check = `node -e 'const fs = require("fs"); process.exit(new RegExp(fs.readFileSync(process.argv[1], "utf8")).test(fs.readFileSync(0, "utf8").trim()) ? 0 : 1)' ${quote(pattern)}`;
  return `for _ in $(seq ${LOOKS_MAX}); do seen=$( { ${run}\n} 2>&1 ); ${check} <<< "$seen" && break; done; echo "$seen"`;
}

function prelude({ port }: Session): string {
  return `
npm() {
  : > standalone.out # what an earlier start said is no answer to this one
  PORT=${port} node ${quote(MAIN)} > standalone.out 2>&1 &
  for _ in $(seq 600); do
    if grep -q ' is ready at ' standalone.out; then grep ' is ready at ' standalone.out; return 0; fi
    sleep 0.1
  done
  cat standalone.out; return 1
}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function runBash(file: string, cwd: string): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn('bash', [file], { cwd, env: { PATH, HOME }, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    // A shell may have said what it does at its end.
    const late = setTimeout(() => child.kill('SIGTERM'), SESSION_TIMEOUT_MS);
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(late);
      resolve(printed);
    });
  });
}

/** The text of a page of this repository. */
export function readPage(page: string): string {
  return readFileSync(path.join(repository, page), 'utf8');
}
