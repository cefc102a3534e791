// A verification of the log as lines of JSON, for the HTTP call and for the program.
import { formatPosition, type VerificationEvent } from '@confledger/application';
import type { VerificationLine } from '@confledger/contracts/http';

/** The line that says it. `installation` is what positions begin with. */
export function verificationLine(event: VerificationEvent, installation: string): VerificationLine {
  const shown = (position: bigint): string => formatPosition(installation, position);
  switch (event.kind) {
    case 'progress': {
      const { kind, step, position, of, events, streams, ledgers, findings } = event;
      const counts = { eventCount: events, streamCount: streams, ledgerCount: ledgers, findingCount: findings };
      return { kind, step, position: shown(position), of: shown(of), ...counts };
    }
    case 'finding': {
      const { kind, stream, revision, position, reason } = event;
      return { kind, stream, revision, position: position === null ? null : shown(position), error: reason };
    }
    case 'result': {
      const { ends: _, events, streams, unfinished, activations, findings, ...result } = event;
      const counts = { eventCount: events, streamCount: streams, activationCount: activations, findingCount: findings };
      return { ...result, ...counts, unfinishedCount: unfinished, position: shown(event.position) };
    }
  }
}

/** Interval between two lines of progress. */
export const PROGRESS_INTERVAL_MS = 1_000;

/** Leaves progress out that comes sooner than `intervalMs` after the last one. */
export function everyInterval(intervalMs: number, nowMs: () => number = () => performance.now()): (event: VerificationEvent) => boolean {
  let next = nowMs();
  return ({ kind }) => {
    if (kind !== 'progress') return true;
    if (nowMs() < next) return false;
    next = nowMs() + intervalMs;
    return true;
  };
}
