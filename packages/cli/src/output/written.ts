// What a write did, for people: where, what changed, and what is next.
import type { WriteAnswer, WriteViolations } from '@confledger/contracts/http';
import type { Session } from '../session.js';
import { printResult } from './results.js';
import { counted, oneLine } from './text.js';
import { changeLines } from './values.js';

export interface WrittenOptions {
  /** The changes were shown already, on standard error. */
  readonly isShown?: boolean;
  /** Paths whose values are not shown. */
  readonly secrets?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** Prints the answer. */
export function printWritten(session: Session, answer: WriteAnswer, { isShown = false, secrets = NONE }: WrittenOptions = {}): void {
  printResult(
    session,
    answer,
    () => `${[headline(session, answer), ...(isShown ? [] : changesOf(session, answer, secrets)), ...notes(answer)].join('\n')}\n`,
  );
}

function headline(session: Session, answer: WriteAnswer): string {
  const { environment, service, version, activated, dryRun } = answer;
  const ledger = session.paint('bold', `${environment}.${service}`);
  if (!answer.changed) return `${ledger}  nothing to do`;
  const where = version === null ? '' : `version ${version}`;
  const would = dryRun ? 'would be ' : '';
  if (activated === null) return `${ledger}  ${would}${where}${dryRun ? '' : draftNote(answer)}`;
  const number = activated.activation === null ? '' : `, activation ${activated.activation}`;
  return `${ledger}  ${would}${where}, ${session.paint('green', 'active')}${number}`;
}

function draftNote({ pending }: WriteAnswer): string {
  return pending === 0 ? '' : ` (draft, ${pending} pending: \`confledger activate\` takes it live)`;
}

function changesOf(session: Session, { changes, changeCount }: WriteAnswer, secrets: ReadonlySet<string>): string[] {
  const more = changeCount > changes.length ? [`… and ${counted(changeCount - changes.length, 'change')} more`] : [];
  return [...changeLines(changes, session.paint, { isCut: session.io.out.isTTY, secrets }), ...more];
}

function notes({ activated, pin, violations, redundantCount }: WriteAnswer): string[] {
  const layers = (activated?.layersMoved ?? []).map(
    ({ ledger, from, to }) => `  ${ledger}: activation ${from ?? 'none'} → ${to ?? 'none'}`,
  );
  return [
    ...(layers.length === 0 ? [] : ['Inherited from:', ...layers]),
    ...(activated === null || activated.tookLiveCount < 2 ? [] : [`Took live: versions ${activated.tookLive.join(', ')}`]),
    ...(pin === null ? [] : [`Pinned since activation ${pin.activation} by ${oneLine(pin.actor)}: it does not follow its parents.`]),
    ...(redundantCount === null || redundantCount === 0 ? [] : [`${counted(redundantCount, 'own value')} equal what would be inherited.`]),
    ...(violations === undefined ? [] : violationNotes(violations)),
  ];
}

function violationNotes({ standing, standingCount, acceptedCount, switchedOff }: WriteViolations): string[] {
  return [
    ...(standingCount === 0 ? [] : [`${counted(standingCount, 'violation')} stood before and refused nothing:`]),
    ...standing.map(({ path, message }) => `  ${oneLine(path ?? '')}: ${oneLine(message)}`),
    ...(acceptedCount === 0 ? [] : [`${counted(acceptedCount, 'violation')} accepted.`]),
    ...(switchedOff.length === 0 ? [] : [`Switched off at: ${switchedOff.join(', ')}`]),
  ];
}
