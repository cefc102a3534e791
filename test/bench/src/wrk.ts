// Load by wrk, which is written in C and says whether it was our own generator that limited a rate.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { isOnPath } from './programs.js';
import { temporaryDirectory } from './temporary-directory.js';

/** What a table says where there is no wrk. */
export const WRK_MISSING = 'wrk is not on the PATH. Debian and Ubuntu: apt-get install wrk';
export const HAS_WRK = isOnPath('wrk');

let directory: string | null = null;

export interface WrkLoad {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Of the requests, in turn: `{lane}` is replaced by a number from 0 to connections - 1. */
  readonly path: string;
  /** The first value that is put; each request puts the next one. */
  readonly firstValue: number;
}

/** Milliseconds. */
export interface WrkResult {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly requests: number;
}

/** Rejects when an answer was no 2xx or did not come. */
export async function runWrk(load: WrkLoad): Promise<WrkResult> {
  directory ??= temporaryDirectory();
  const script = path.join(directory, 'put.lua');
  writeFileSync(script, scriptOf(load));
  const { stdout } = await promisify(execFile)('wrk', [
    ...['--threads', '1', '--connections', String(load.connections), '--duration', `${load.seconds}s`, '--script', script],
    load.url,
  ]);
  const [, requests = 0, microseconds = 0, median = 0, p99 = 0, failed = 0] = (/^DONE (.*)$/m.exec(stdout)?.[0] ?? '')
    .split(' ')
    .map(Number);
  if (requests === 0 || failed > 0) throw new Error(`wrk: ${failed} of ${requests} requests failed\n${stdout}`);
  return { perSecond: requests / (microseconds / 1e6), medianMs: median / 1_000, p99Ms: p99 / 1_000, requests };
}

/** Texts are put together by hand: `wrk.format` takes longer than a request. */
function scriptOf({ url, headers, connections, path: place, firstValue }: WrkLoad): string {
  const lines = Object.entries({ host: new URL(url).host, ...headers, 'content-type': 'application/json' }).map(
    ([name, value]) => `${name}: ${value}\\r\\n`,
  );
  const [before = '', after = ''] = place.split('{lane}');
  return `
local value, lane = ${firstValue}, 0
request = function()
  value, lane = value + 1, (lane + 1) % ${connections}
  local body = '{"value":' .. value .. ',"changeReason":"bench"}'
  return 'PUT ${before}' .. ${place.includes('{lane}') ? 'lane' : "''"} .. '${after} HTTP/1.1\\r\\n${lines.join('')}content-length: ' .. #body .. '\\r\\n\\r\\n' .. body
end
done = function(summary, latency)
  local errors = summary.errors
  print(string.format('DONE %d %d %d %d %d', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`;
}
