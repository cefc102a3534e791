// One human line for each thing that happens to a node: swap, rejection, waiting, loss of the feed.
import type { NodeStatus } from '@confledger/sdk';

/** Answers a function that takes each status and gives the lines that are new since the one before. */
export function createNarration(ledger: string): (status: NodeStatus, nowMs: number) => string[] {
  let before: NodeStatus | null = null;
  return (status, nowMs) => {
    const lines = [swapLine(before, status, nowMs), rejectionLine(before, status), stateLine(before, status)].filter(
      (line) => line !== null,
    );
    before = status;
    return lines.map((line) => `${ledger} ${line}`);
  };
}

function swapLine(before: NodeStatus | null, { running, source }: NodeStatus, nowMs: number): string | null {
  if (running === null || running.activation === before?.running?.activation) return null;
  const was = before?.running == null ? '' : ` instead of ${before.running.version}`;
  const from = source === 'cache' ? ', from its cache file' : `, ${nowMs - Date.parse(running.activatedAt)} ms after its activation`;
  return `runs version ${running.version}${was}${from}`;
}

function rejectionLine(before: NodeStatus | null, { rejected }: NodeStatus): string | null {
  if (rejected === null || JSON.stringify(rejected) === JSON.stringify(before?.rejected)) return null;
  const [first] = rejected.problems;
  const more = rejected.problems.length > 1 ? ` (and ${rejected.problems.length - 1} more)` : '';
  const what = rejected.version === null ? 'refused what the feed said' : `refused version ${rejected.version}`;
  return `${what}: ${first?.path == null ? '' : `${first.path}: `}${first?.message ?? ''}${more}`;
}

function stateLine(before: NodeStatus | null, { state, problem, source }: NodeStatus): string | null {
  if (state === before?.state) return null;
  if (state === 'waiting') return 'waits: nothing is active yet';
  if (state === 'stale' && source === 'feed') return `is stale: ${problem ?? 'the feed is silent'}`;
  if (state === 'ready' && before?.state === 'stale') return 'follows the feed again';
  return null;
}
