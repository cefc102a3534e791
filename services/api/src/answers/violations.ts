// Violations as answers list them: the first 100, and how many there are. No value of a document is in them.
import type { CommandDone } from '@confledger/application';
import type { DocumentViolations, UnjudgedItem, ViolationItem, WriteAnswer, WriteViolations } from '@confledger/contracts/http';
import { VIOLATIONS_LISTED_MAX, type Judgement, type LedgerNotes, type Unjudged, type Violation } from '@confledger/domain';
import { detailOf } from '../errors/request-refused.js';
import { cutMembers } from './truncated.js';

/** The first of them. */
export function showViolations(violations: readonly Violation[]): readonly ViolationItem[] {
  return violations.slice(0, VIOLATIONS_LISTED_MAX).map(showViolation);
}

/** One, with its mount, and with its pointer where it lies inside an array. */
export function showViolation({ path, pointer, keyword, message, remedy, mount }: Violation): ViolationItem {
  const detail = detailOf({ path, rule: keyword, message, remedy });
  return pointer === null ? Object.assign(detail, { mount }) : Object.assign(detail, { mount, pointer });
}

/** What could not be judged: the first of it. */
export function showUnjudged(unjudged: readonly Unjudged[]): readonly UnjudgedItem[] {
  return unjudged.slice(0, VIOLATIONS_LISTED_MAX).map(({ path, keyword, mount }) => ({ path, rule: keyword, mount }));
}

/** What is wrong with one document. */
export function showJudgement({ violations, unjudged }: Judgement): DocumentViolations {
  return {
    violations: showViolations(violations),
    violationCount: violations.length,
    unjudged: showUnjudged(unjudged),
    unjudgedCount: unjudged.length,
  };
}

/** The names of the lists that are cut, each behind `where`. */
export function cutLists(where: string, lists: { readonly [name: string]: readonly unknown[] } | Judgement): readonly string[] {
  const isCut = Object.entries(lists).map(([name, list]) => [`${where}${name}`, list.length > VIOLATIONS_LISTED_MAX] as const);
  return cutMembers(Object.fromEntries(isCut));
}

/** The answer to a write with what the rules say beside it; the same where they say nothing, and no schema changed. */
export function withRules(answer: WriteAnswer, { notes, schemaChanges }: Pick<CommandDone, 'notes' | 'schemaChanges'>): WriteAnswer {
  if (notes === null && schemaChanges.length === 0) return answer;
  const changed = schemaChanges.length === 0 ? answer : Object.assign({}, answer, { schemaChanges });
  if (notes === null) return changed;
  const { standing, accepted, unjudged } = notes;
  const truncated = [...answer.truncated, ...cutLists('violations.', { standing, accepted, unjudged })];
  return Object.assign({}, changed, { violations: showNotes(notes), truncated });
}

function showNotes({ standing, accepted, unjudged, switchedOff }: LedgerNotes): WriteViolations {
  return {
    standing: showViolations(standing),
    standingCount: standing.length,
    accepted: showViolations(accepted),
    acceptedCount: accepted.length,
    unjudged: showUnjudged(unjudged),
    unjudgedCount: unjudged.length,
    switchedOff,
  };
}
