// Installs the dependencies with the pnpm that the lock file was made with, and skips it when nothing changed since the last time.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { run, runNode } from './processes.mjs';
import { showStep } from './progress.mjs';

const PNPM_VERSION = '12.21.0';

/** Holds the hash of what the last installation was made from; gone when node_modules is. */
const marker = path.join(root, 'node_modules/.confledger-installed');

/** Answers whether everything is installed. Says in one line what is in the way when it is not. */
export async function install() {
  const wanted = fingerprint();
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return true;
  return showStep(`Installing dependencies with pnpm ${PNPM_VERSION}`, async () => {
    const { exitCode, output } = await pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only']);
    if (exitCode === 0) writeFileSync(marker, wanted);
    return { ok: exitCode === 0, output: explain(output) };
  });
}

/** One hash over everything that decides what is installed. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
  for (const folder of ['packages', 'services', 'test']) {
    for (const name of readdirSync(path.join(root, folder)).sort()) files.push(`${folder}/${name}/package.json`);
  }
  for (const file of files) {
    const full = path.join(root, file);
    if (existsSync(full)) hash.update(`\0${file}\0`).update(readFileSync(full));
  }
  return hash.digest('hex');
}

/** @param {string[]} args */
function pnpm(args) {
  return npm(['exec', '--yes', '--', `pnpm@${PNPM_VERSION}`, ...args]);
}

/**
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function npm(args, options = {}) {
  const env = {
    CI: 'true', // pnpm asks no questions
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
    npm_config_fetch_retries: '1',
    npm_config_fetch_retry_mintimeout: '1000',
  };
  const script = process.env.npm_execpath;
  // Under `npm run`, npm says where its own JavaScript is; called directly (.ci/run), the one on the PATH must do.
  return script !== undefined && /npm-cli\.[cm]?js$/.test(script)
    ? runNode(script, args, { ...options, env })
    : run('npm', args, { ...options, env });
}

const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|ERR_PNPM_META_FETCH_FAIL/;

/** @param {string} output what npm and pnpm printed */
export function explain(output) {
  if (UNREACHABLE.test(output)) {
    return 'The npm registry cannot be reached. Check the network and `npm config get registry` (and proxy settings), then run this again.';
  }
  if (output.includes('ERR_PNPM_OUTDATED_LOCKFILE')) {
    return `pnpm-lock.yaml is older than a package.json. Run \`npx pnpm@${PNPM_VERSION} install\` and commit the lock file.`;
  }
  if (/ENOSPC/.test(output)) return 'The disk is full. Make room (about 1 GB) and run this again.';
  if (/EACCES|EPERM/.test(output))
    return `${lastLines(output, 4)}\nnode_modules cannot be written. Give yourself the rights to this folder, then run this again.`;
  return lastLines(output, 15);
}

/** @param {string} text @param {number} count */
function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
