// Refusals are made in one form: a code, one sentence, and for each problem its place, rule and remedy.
import type { CodedProblem, Problem } from '@confledger/document';
import type { Refusal, RefusalCode, RefusalDetail } from './commands.js';

/** A refusal with one problem. `path` names the field or the path that is wrong. */
export function refuse(code: RefusalCode, path: string | null, message: string, remedy: string): Refusal {
  return { code, message, details: [problem(code, path, message, remedy)] };
}

/** A refusal whose details were gathered one by one. */
export function refuseWith(code: RefusalCode, message: string, details: readonly RefusalDetail[]): Refusal {
  return { code, message, details };
}

/** What the document says is wrong, as a refusal. */
export function refusalOf({ code, path, rule, message, remedy }: CodedProblem): Refusal {
  return { code, message, details: [{ path, rule, message, remedy }] };
}

/** The rule is the code in lower case: one word list for people and programs. */
export function problem(code: RefusalCode, path: string | null, message: string, remedy: string): Problem {
  return { path, rule: code.toLowerCase().replaceAll('_', '-'), message, remedy };
}
