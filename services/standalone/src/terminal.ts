// What people see: progress, the words when ready, one line per happening. Logs go elsewhere (logs.ts).
import path from 'node:path';
import { operationPath, OPERATIONS, type OperationName, type PathParameters } from '@confledger/contracts/http';
import type { Happening } from './narrator.js';

export interface Terminal {
  /** What is being done now. */
  progress(text: string): void;
  /** A line that stays. */
  say(text: string): void;
  /** One happening; only where a person is watching. */
  happening(happening: Happening): void;
  /** The reason for an end, on the error output. */
  refuse(text: string): void;
  /** A person is watching: lines may be coloured and rewritten. */
  readonly interactive: boolean;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const COLOURS: Readonly<Record<Happening['kind'], number>> = { version: 33, active: 32, tag: 35, schema: 35, ledger: 34, node: 36 };

export function createTerminal(out: Output, errors: Output, environment: Readonly<Record<string, string | undefined>>): Terminal {
  const interactive = out.isTTY === true;
  const colour = interactive && environment['NO_COLOR'] === undefined && environment['TERM'] !== 'dumb';
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const clear = colour ? '\r\u001b[2K' : '';
  return {
    interactive,
    progress: (text) => {
      if (colour) out.write(`${clear}${paint(36, '◌')} ${text} …`);
      else out.write(`${text} …\n`);
    },
    say: (text) => out.write(`${clear}${text}\n`),
    happening: ({ kind, version, ledger, text }) => {
      if (!interactive) return;
      const time = new Date().toTimeString().slice(0, 8);
      out.write(
        `${clear}${paint(2, time)}  ${paint(COLOURS[kind], kind.padEnd(7))}  ${String(version ?? '').padStart(6)}  ${ledger}  ${paint(2, text)}\n`,
      );
    },
    refuse: (text) => errors.write(`${clear}${paint(31, '✗')} ${text}\n`),
  };
}

export interface Ready {
  readonly url: string;
  readonly dataDirectory: string;
  readonly node: string;
  readonly startedInMs: number;
  /** Nothing was ever put here. */
  readonly empty: boolean;
}

/** The words when everything runs: where it is, and commands that work as they stand. Those that write are shown where nothing is yet. */
export function readyText({ url, dataDirectory, node, startedInMs, empty }: Ready): string {
  const token = shown(path.join(dataDirectory, 'admin.token'));
  const call = <N extends OperationName>(name: N, parameters: PathParameters<N>, body?: string): string => {
    const { method } = OPERATIONS[name];
    const header = `-H "Authorization: Bearer $(cat ${token})"`;
    const sent = body === undefined ? '' : ` -H 'Content-Type: application/json' -d '${body}'`;
    return `curl -s ${method === 'GET' ? '' : `-X ${method} `}${header} ${url}${operationPath(name, parameters)}${sent}`;
  };
  const nodes = call('listNodes', {});
  const service = 'trading-engine';
  const limits = '{"value":{"maxPositionSize":1000,"dailyLossLimit":500,"stopLossPercentage":5}}';
  const tutorial = [
    'Put a limit of the trading engine, take it live, and see that the node runs it:',
    call('setValue', { service, path: 'risk.parameters' }, limits),
    call('activateVersion', { service, version: 'latest' }),
    nodes,
  ];
  const look = ['See what every node runs:', nodes];
  return `ConfLedger is ready at ${url} (${(startedInMs / 1_000).toFixed(1)} s)

  docs   ${url}/docs
  token  ${token}
  logs   ${shown(path.join(dataDirectory, 'logs'))}
  node   ${node} follows production/trading-engine

${(empty ? tutorial : look).join('\n\n')}

Ctrl-C stops everything.`;
}

/** A path as people write it: relative where that is shorter, quoted for a shell where it must be. */
function shown(file: string): string {
  const relative = path.relative(process.cwd(), file);
  const chosen = relative.startsWith('..') ? file : relative;
  return /^[\w./@%+=:,-]+$/.test(chosen) ? chosen : `'${chosen.replaceAll("'", `'\\''`)}'`;
}
