// Completion: from the table, from the cache at once, from the server within its time, and silent on every failure.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, writeContexts, type World } from '../fixtures/world.js';
import { SCRIPTS } from './scripts.js';
import { SERVER_MS_MAX } from './known-names.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const values = async (...typed: readonly string[]): Promise<readonly string[]> => {
  const ran = await world.cli(['__complete', ...typed]);
  expect([ran.exit, ran.err]).toEqual([0, '']);
  return ran.out.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
};

test('Commands, verbs of a noun, flags and their values come from the table', async () => {
  expect(await values('ver')).toEqual(['versions', 'verify', 'version']);
  expect(await values('schema', '')).toEqual(['list', 'show', 'set', 'remove', 'what-if']);
  expect(await values('-e', 'staging', 'roll')).toEqual(['rollback']);
  expect(await values('activate', '--ac')).toEqual(['--accept-blocked', '--accept-old-nodes']);
  expect(await values('rollback', '--layers', '')).toEqual(['recorded', 'kept', 'newest']);
  expect(await values('completion', 'p')).toEqual(['powershell']);
  expect(await values('get', '-o', 'n')).toEqual(['ndjson']);
});

test('Names come from the server', async () => {
  expect(await values('get', '-e', 'st')).toEqual(['staging']);
  expect(await values('get', '-s', '')).toEqual(['trading-engine']);
  expect(await values('get', 'risk.parameters.m')).toEqual(['risk.parameters.maxPositionSize']);
  expect(await values('rollback', 'rel')).toEqual(['release-1']);
  expect(await values('get', '--context', '')).toEqual(['desk']);
  expect(await values('node', 'show', 'e')).toEqual(['engine-7']);
});

test('Names are kept for the user alone, apart for each server and principal', async () => {
  await values('get', '-e', 'st');
  const folder = path.join(world.home, '.cache/confledger');
  const files = readdirSync(folder);
  expect(files).toHaveLength(1);
  expect(statSync(path.join(folder, files[0] ?? '')).mode & 0o777).toBe(0o600);
  expect(readFileSync(path.join(folder, files[0] ?? ''), 'utf8')).not.toContain('a-token-for-tests');
  writeFileSync(path.join(world.folder, 'other.token'), 'another-token-for-tests', { mode: 0o600 });
  await world.cli(['context', 'set', 'other', '--server', world.url, '--token-file', 'other.token']);
  expect(await values('get', '--context', 'other', '-e', 'st')).toEqual([]);
});

test('What is kept serves where the server is away', async () => {
  const folder = path.join(world.home, '.cache/confledger');
  const [file = ''] = readdirSync(folder);
  const cache = path.join(folder, file);
  writeFileSync(cache, JSON.stringify({ environment: { at: 0, values: ['stale'] } }));
  const desk = { server: world.url, tokenFile: path.join(world.folder, 'ops.token'), environment: 'staging', service: 'trading-engine' };
  expect(await values('get', '-e', 'st')).toEqual(['staging']);
  writeContexts(world.home, { ...desk, server: 'http://127.0.0.1:1' });
  expect(await values('get', '-e', '')).toEqual([]);
  writeContexts(world.home, desk);
  writeFileSync(cache, 'not json');
  expect(await values('get', '-e', 'st')).toEqual(['staging']);
});

test('A server that is slow is not waited for', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = { CONFLEDGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, CONFLEDGER_TOKEN: 'x' };
  const began = performance.now();
  expect(await world.cli(['__complete', 'get', '-e', ''], { env })).toEqual({ exit: 0, out: '', err: '' });
  expect(performance.now() - began).toBeLessThan(SERVER_MS_MAX * 10);
  server.closeAllConnections();
  server.close();
});

test.each([[['get', '--context', 'none', '-e', '']], [['nothing', 'x', '']], [['--', '']], [[]], [['get', '--server', 'x', '-s', '']]])(
  '%j gives nothing and no error',
  async (typed) => {
    const ran = await world.cli(['__complete', ...typed]);
    expect([ran.exit, ran.err]).toEqual([0, '']);
  },
);

test('The script for bash completes what is being typed', () => {
  const bin = path.join(world.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'confledger'), '#!/bin/sh\nprintf "%s|" "$@" | sed "s/|$/\\tsummary\\n/"\n', { mode: 0o755 });
  const script = `${SCRIPTS.bash}\nCOMP_WORDS=(confledger get "two words" ver); COMP_CWORD=3; _confledger; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect([stdout, stderr]).toEqual(['__complete|get|two words|ver\n', '']);
});
