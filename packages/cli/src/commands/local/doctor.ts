// doctor: health and status of the server, and what only this side knows: where the address came from, the token file, versions, contexts.
import { statSync } from 'node:fs';
import { EXIT, type ExitCode } from '../../errors/exit-codes.js';
import { reportOf } from '../../errors/failure.js';
import type { Given } from '../../grammar/given.js';
import { readContexts } from '../../connection/contexts.js';
import { printResult } from '../../output/results.js';
import { oneLine } from '../../output/text.js';
import type { Session } from '../../session.js';
import { statusLines } from '../installation/status.js';
import { CLI_VERSION } from './version.js';

interface Check {
  readonly name: string;
  readonly good: boolean;
  readonly detail: string;
}

export async function run(session: Session, _: Given): Promise<ExitCode> {
  const checks = [...localChecks(session), ...(await serverChecks(session))];
  const { lines, exit } = await statusOf(session, checks);
  const isGood = checks.every(({ good }) => good);
  printResult(session, { good: isGood, checks }, () => {
    const shown = checks.map(
      ({ name, good, detail }) => `${session.paint(good ? 'green' : 'red', good ? '✓' : '✗')} ${name}: ${oneLine(detail)}`,
    );
    return `${[...shown, ...lines].join('\n')}\n`;
  });
  return isGood ? EXIT.done : exit;
}

function localChecks(session: Session): Check[] {
  const { url, source, token, context } = session.target;
  const { contexts } = readContexts(session.io);
  const others = [...contexts.keys()].filter((name) => name !== context?.name);
  return [
    { name: 'address', good: true, detail: `${url}, from ${source}` },
    tokenCheck(token.kind === 'file' ? token.file : null, token.kind),
    { name: 'environment', good: true, detail: session.namedEnvironment() ?? 'none named: -e, CONFLEDGER_ENVIRONMENT or the context' },
    { name: 'service', good: true, detail: session.namedService() ?? 'none named: -s or the context' },
    { name: 'other contexts', good: true, detail: others.length === 0 ? 'none' : others.join(', ') },
  ];
}

function tokenCheck(file: string | null, kind: string): Check {
  if (file === null) return { name: 'token', good: true, detail: kind === 'none' ? 'none' : `from ${kind}` };
  try {
    const mode = statSync(file).mode & 0o777;
    const isPrivate = process.platform === 'win32' || (mode & 0o077) === 0;
    return {
      name: 'token',
      good: isPrivate,
      detail: `${file}, mode ${mode.toString(8)}${isPrivate ? '' : `: others can read it; chmod 600 '${file}'`}`,
    };
  } catch {
    return { name: 'token', good: false, detail: `${file} cannot be read` };
  }
}

async function serverChecks(session: Session): Promise<Check[]> {
  try {
    const health = await (await session.client).health();
    const parts = Object.entries(health.checks).map(([name, { healthy, detail }]) => ({
      name,
      good: healthy,
      detail: detail ?? 'healthy',
    }));
    return [{ name: 'versions', good: true, detail: `confledger ${CLI_VERSION}, server ${health.version}` }, ...parts];
  } catch (error) {
    if (session.io.signal.aborted) throw error;
    return [{ name: 'server', good: false, detail: reportOf(error).error }];
  }
}

/** The status needs a token, which health does not. */
async function statusOf(session: Session, checks: Check[]): Promise<{ readonly lines: readonly string[]; readonly exit: ExitCode }> {
  if (checks.some(({ name }) => name === 'server')) return { lines: [], exit: EXIT.unreachable };
  try {
    const { data } = await (await session.client).status();
    return { lines: statusLines(session, data), exit: EXIT.refused };
  } catch (error) {
    if (session.io.signal.aborted) throw error;
    const { error: detail, exit } = reportOf(error);
    checks.push({ name: 'status', good: false, detail });
    return { lines: [], exit };
  }
}
