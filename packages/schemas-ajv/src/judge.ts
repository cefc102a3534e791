// Judges documents by the rules that are mounted on them.
import { comparePaths } from '@confledger/document';
import type { Judgement, Rule, ToJudge } from '@confledger/domain';
import type { JudgeParts } from './costs.js';
import { placesOf, type MountedPlace } from './mounts.js';
import { judgePartial } from './partial.js';
import { isPartial } from './unknown-leaves.js';
import type { Validator } from './validators.js';
import { verdictKey, type Verdict } from './verdicts.js';
import { costViolation, unjudgedOf, violationsOf } from './violations.js';

export { costOf, costsOf, splitByCost, type CostLimits, type JudgeParts, type RuleCost } from './costs.js';

/** What the rules say of the document. What is remembered is not judged again, and what is judged is remembered. */
export function judgeDocument(toJudge: ToJudge, parts: JudgeParts): Judgement {
  return judgementOf(toJudge.rules.flatMap((rule) => judgeRule(rule, toJudge, parts)));
}

/** The verdicts of one rule, one for each place that its mount names in the document. */
function judgeRule(rule: Rule, toJudge: ToJudge, { validators, verdicts }: JudgeParts): readonly Verdict[] {
  const validator = validators.validatorOf(rule);
  const places = placesOf(rule.mount, toJudge.document).map((place) => ({ place, key: verdictKey(validator.id, rule, place, toJudge) }));
  return verdicts.recallOrMake(places, (place) => judgePlace(validator, rule, place, toJudge)) ?? [];
}

/** The verdict of a rule whose judgement did not come to an end, at each place that its mount names. Not to be remembered. */
export function costJudgement(rule: Rule, { document }: ToJudge): Judgement {
  const violations = placesOf(rule.mount, document).map((place) => costViolation(rule.mount, place));
  return judgementOf([{ violations, unjudged: [] }]);
}

/** One judgement of several parts, in the order of paths. */
export function judgementOf(parts: readonly (Verdict | Judgement)[]): Judgement {
  const inOrder = <Item extends { readonly path: string }>(items: Item[]): Item[] =>
    items.sort((one, other) => comparePaths(one.path, other.path));
  return {
    violations: inOrder(parts.flatMap(({ violations }) => violations)),
    unjudged: inOrder(parts.flatMap(({ unjudged }) => unjudged)),
  };
}

/** What a rule says of one place. Neither recalled nor remembered. */
export function judgePlace(validator: Validator, { mount }: Rule, place: MountedPlace, toJudge: ToJudge): Verdict {
  const { node, segments } = place;
  const content = toJudge.document.valueAt(segments);
  if (content === undefined) return { violations: [], unjudged: [] };
  const key = segments.at(-1);
  const { failures, unjudged } = isPartial(node, toJudge)
    ? judgePartial(validator, { node, content, key }, toJudge)
    : { failures: validator.judge(content, key), unjudged: [] };
  return { violations: violationsOf(mount, place, failures, validator.words), unjudged: unjudgedOf(mount, place, unjudged) };
}
