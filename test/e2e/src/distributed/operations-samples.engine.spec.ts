// "Distributed, on one machine" of operations.md, run as it stands but for ports: the engines in one shell, the parts in another.
import { eventually } from '@confledger/test-support';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agrees, readPage, runSamples, type Sample, samplesOf } from '../samples.js';

const PAGE = 'packages/docs/operations.md';
const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** The ports that the page names, or that parts have by themselves; each gets a free one here. */
const PARTS = { api: 8011, relay: 8012, projector: 8013, 'trading-node': 8014 } as const;
const SECOND_RELAY_PORT = 8022;
/** Where shells fail, what they have started is ended with them. */
const END_WITH_ALL: Sample = {
  language: 'bash',
  code: `trap 'kill $(jobs -p) 2> /dev/null' EXIT; trap 'exit 1' TERM`,
  expected: null,
  line: 0,
};

let folder: string;
let engines: ChildProcess | undefined;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'confledger operations '));
  for (const part of ['infra', 'package.json', 'services']) symlinkSync(path.join(root, part), path.join(folder, part));
});
afterAll(async () => {
  await interrupt(engines);
  rmSync(folder, { recursive: true, force: true });
});

/** A terminal of its own: what it runs gets Ctrl-C together. */
function terminal(code: string): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn('bash', ['-c', code], { cwd: folder, env: { PATH, HOME }, detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function interrupt(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGINT');
  await ended;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function freePorts(ports: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const servers = ports.map((port) => ({ port, server: createServer().listen(0, '127.0.0.1') }));
  const free = new Map<number, number>();
  for (const { port, server } of servers) {
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') free.set(port, address.port);
  }
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return free;
}

/** At ports of our own. */
function at(ports: ReadonlyMap<number, number>, code: string): string {
  const lines = code.split('\n').map((line) => {
    const part = Object.entries(PARTS).find(([name]) => line.includes(`services/${name}/dist/`));
    return part === undefined || line.includes('PORT=') ? line : `PORT=${part[1]} CONFLEDGER_URL=http://127.0.0.1:${PARTS.api} ${line}`;
  });
  return [...ports].reduce((text, [theirs, ours]) => text.replaceAll(String(theirs), String(ours)), lines.join('\n'));
}

test(
  'the parts start on the engines, a node follows over Kafka, and a second relay takes over, as the page shows',
  { timeout: 300_000 },
  async () => {
    const [start, ...samples] = samplesOf(readPage(PAGE), 'kafka');
    expect(samples.length).toBeGreaterThan(0);
    engines = terminal(start?.code ?? '');
    const printed = path.join(folder, 'engines.env');
    await eventually(
      () => engines === undefined || hasEnded(engines) || (existsSync(printed) && readFileSync(printed, 'utf8').includes('until Ctrl-C')),
      { timeoutMs: 120_000 },
    );

    const ports = await freePorts([...Object.values(PARTS), SECOND_RELAY_PORT]);
    const ours = [END_WITH_ALL, ...samples.map((sample) => ({ ...sample, code: at(ports, sample.code) }))];
    for (const { sample, exitCode, output } of await runSamples(PAGE, ours, {
      folder,
      port: ports.get(PARTS.api) ?? 0,
      sourceFolder: folder,
    })) {
      const said = `${PAGE}:${sample.line} ended with ${exitCode} and printed:\n${output}`;
      // A shell that waits for what it has ended says how that ended.
      if (!sample.code.endsWith('wait')) expect(exitCode, said).toBe(0);
      expect(agrees(output, sample.expected ?? '…'), `${said}\nThe page shows:\n${sample.expected ?? ''}`).toBe(true);
    }
    for (const port of ports.values()) await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow('fetch failed');
    await interrupt(engines);
    const { pid = 0 } = engines;
    expect(() => process.kill(-pid, 0), 'what Ctrl-C has left of the engines').toThrow('ESRCH');
  },
);
