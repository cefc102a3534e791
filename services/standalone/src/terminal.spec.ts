import path from 'node:path';
import { expect, test } from 'vitest';
import { createTerminal, readyText } from './terminal.js';

function recording(isTTY: boolean) {
  const written: string[] = [];
  return { output: { isTTY, write: (text: string) => written.push(text) }, text: () => written.join('') };
}

const happening = { kind: 'version', version: 7, ledger: 'production/trading-engine', text: '1 change by ada' } as const;

test('happenings are told to a person in aligned, coloured columns', () => {
  const out = recording(true);
  createTerminal(out.output, out.output, {}).happening(happening);
  expect(out.text()).toMatch(/\d\d:\d\d:\d\d/);
  expect(out.text()).toContain('\u001b[33mversion\u001b[0m       7  production/trading-engine');
});

test('a file or a pipe gets no colour and no happenings', () => {
  const out = recording(false);
  const terminal = createTerminal(out.output, out.output, {});
  terminal.happening(happening);
  terminal.progress('Starting Postgres');
  terminal.say('ready');
  expect(out.text()).toBe('Starting Postgres …\nready\n');
});

test('NO_COLOR is heeded on a terminal', () => {
  const out = recording(true);
  createTerminal(out.output, out.output, { NO_COLOR: '1' }).happening(happening);
  expect(out.text()).not.toContain('\u001b');
});

test('the commands to paste read the token from its file, also where its path has spaces and quotes', () => {
  const text = readyText({ url: 'http://127.0.0.1:8011', dataDirectory: "/tmp/it's here", node: 'n', startedInMs: 900, empty: true });
  expect(text).toContain(`$(cat '/tmp/it'\\''s here/admin.token')`);
  expect(readyText({ url: '', dataDirectory: path.resolve('.confledger'), node: 'n', startedInMs: 900, empty: true })).toContain(
    '$(cat .confledger/admin.token)',
  );
});

test('nothing that writes is proposed where something is already: it may be in use', () => {
  const ready = { url: 'http://127.0.0.1:8011', dataDirectory: '/data', node: 'n', startedInMs: 900 };
  expect(readyText({ ...ready, empty: true })).toMatch(/-X PUT[^]*-X POST[^]*\/nodes/);
  const later = readyText({ ...ready, empty: false });
  expect(later).not.toContain('-X');
  expect(later).toContain('http://127.0.0.1:8011/api/v1/nodes');
});
