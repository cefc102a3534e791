// A verification of the log as lines of JSON, for the HTTP call and for the program.
import { formatPosition, type VerificationEvent } from '@confledger/application';
import type { VerificationLine } from '@confledger/contracts/http';

/** The line that says it. `installation` is what positions begin with. */
export function verificationLine(event: VerificationEvent, installation: string): VerificationLine {
  const shown = (position: bigint): string => formatPosition(installation, position);
  switch (event.kind) {
    case 'progress':
      return { ...event, position: shown(event.position), of: shown(event.of) };
    case 'finding':
      return { ...event, position: event.position === null ? null : shown(event.position) };
    case 'result': {
      const { ends: _, ...result } = event;
      return { ...result, position: shown(event.position) };
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
