// Compares what a command came to with what a spec expects of it.
import { isDeepStrictEqual } from 'node:util';
import type { DraftEvent, LedgerRefusal, LedgerTypes, Verdict } from '../../../packages/domain/src/index.js';

type RefusalCode = LedgerRefusal['code'];

export type Expected =
  | readonly DraftEvent[]
  | 'accepted'
  | 'nothing'
  | 'repeated'
  | { readonly refused: RefusalCode; readonly at?: string | null; readonly says?: RegExp };

export const refused = (code: RefusalCode, more: { readonly at?: string | null; readonly says?: RegExp } = {}): Expected => ({
  refused: code,
  ...more,
});

/** Throws where the decision is another one than expected. */
export function judge(decision: Verdict<LedgerTypes>, expected: Expected): void {
  if (typeof expected === 'string') return equal(decision.kind, expected, decision);
  if ('refused' in expected) return judgeRefusal(decision, expected);
  equal(decision.kind === 'accepted' ? decision.events : decision, expected, decision);
}

function judgeRefusal(decision: Verdict<LedgerTypes>, { refused: code, at, says }: Extract<Expected, { refused: RefusalCode }>): void {
  if (decision.kind !== 'refused') return equal(decision.kind, 'refused', decision);
  const { refusal } = decision;
  equal(refusal.code, code, decision);
  const [first] = refusal.details;
  if (first === undefined || first.message === '' || first.remedy === '')
    throw new Error(`the refusal ${code} does not say what to do: ${JSON.stringify(refusal)}`);
  if (at !== undefined) equal(first.path, at, decision);
  const words = [refusal.message, ...refusal.details.map((detail) => `${detail.message} ${detail.remedy}`)].join(' ');
  if (says && !says.test(words)) throw new Error(`the refusal ${code} says: ${words}; not ${says}`);
}

function equal(actual: unknown, expected: unknown, decision: Verdict<LedgerTypes>): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw Object.assign(
    new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)} (${JSON.stringify(decision)?.slice(0, 600)})`),
    { actual, expected },
  );
}
