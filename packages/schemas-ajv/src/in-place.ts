// What is judged by the thread that answers everybody: what is remembered, what is cheap, and of failures only so many.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { Rule, ToJudge } from '@confledger/domain';
import { placeCost, type JudgeParts, type RuleCost } from './costs.js';
import { judgePlace } from './judge.js';
import type { MountedPlace } from './mounts.js';
import type { SchemaNode } from './schema-tree.js';
import { PATTERN_BY_TABLE_SIZE_MAX, patternSizes, patternSteps } from './pattern-steps.js';
import { isPartial } from './unknown-leaves.js';
import type { Validator } from './validators.js';
import type { Verdict } from './verdicts.js';
import { countWays } from './ways.js';

/** What one judgement may still do in place. */
export interface InPlaceBudget {
  /** Comparisons until the first failure. One takes 10 to 30 ns. */
  comparisons: number;
  /** Comparisons that go on after a failure, each of which may make an error of 0.5 µs and 150 bytes. */
  comparisonsWithErrors: number;
  /** Violations, of which one takes 20 to 30 µs. */
  violations: number;
  /** Steps of patterns to be compiled, of which one takes 0.5 µs. */
  patternSteps: number;
}

/** Steps of patterns that may be compiled in place. */
export const PATTERN_STEPS_IN_PLACE_MAX = 20_000;

/** Keeps a judgement in place below about 150 ms in the worst case; ordinary schemas and documents stay below a tenth of it. */
export const newBudget = (): InPlaceBudget => ({
  comparisons: 5_000_000,
  comparisonsWithErrors: 100_000,
  violations: 1_000,
  patternSteps: PATTERN_STEPS_IN_PLACE_MAX,
});

/** The verdicts of one rule at its open places; undefined where the budget does not suffice, or where the judgement throws. */
export function judgeInPlace(
  { rule, open }: Pick<RuleCost, 'rule' | 'open'>,
  toJudge: ToJudge,
  { validators, verdicts }: JudgeParts,
  budget: InPlaceBudget,
): readonly Verdict[] | undefined {
  const validator = validators.validatorOf(rule);
  if (!validator.isCompiled && (budget.patternSteps -= workOf(validator).stepsToCompile) < 0) return undefined;
  const all = verdicts.recallOrMake(open, (place) => verdictOf(validator, rule, place, { toJudge, budget }));
  if (all?.every(({ violations, unjudged }) => violations.length + unjudged.length === 0))
    verdicts.places.hold(validator.id, rule.mount, toJudge);
  return all;
}

const HOLDS: Verdict = { violations: [], unjudged: [] };

function verdictOf(
  validator: Validator,
  rule: Rule,
  place: MountedPlace,
  { toJudge, budget }: { readonly toJudge: ToJudge; readonly budget: InPlaceBudget },
): Verdict | undefined {
  const work = workOf(validator);
  const comparisons = (placeCost(validator, place.node) / validator.ways) * work.comparisons + place.node.size * work.ofCharacter;
  if ((budget.comparisons -= comparisons) < 0) return undefined;
  try {
    const value = toJudge.document.valueAt(place.segments);
    if (!isPartial(place.node, toJudge) && value !== undefined && validator.accepts(value, place.segments.at(-1))) return HOLDS;
    if (budget.violations < 0 || (budget.comparisonsWithErrors -= comparisons) < 0) return undefined;
    const verdict = judgePlace(validator, rule, place, toJudge);
    budget.violations -= verdict.violations.length + verdict.unjudged.length;
    return verdict;
  } catch {
    // The child says what it is, and its parent goes on.
    return undefined;
  }
}

interface Work {
  /** Most comparisons with one value, over all ways. The estimate of costs counts a list of 5,000 words as one. */
  readonly comparisons: number;
  /** Most comparisons with one character by patterns, over all ways. The estimate of costs passes over short texts. */
  readonly ofCharacter: number;
  readonly stepsToCompile: number;
}

const known = new WeakMap<Validator, Work>();

function workOf(validator: Validator): Work {
  const remembered = known.get(validator);
  if (remembered !== undefined) return remembered;
  const byNode = new Map<SchemaNode, number>();
  for (const node of validator.tree.nodes.values()) {
    const sizes = patternSizes(node).map((size) => (size > PATTERN_BY_TABLE_SIZE_MAX ? size : 1));
    byNode.set(
      node,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  }
  let comparisons = 0;
  let ofCharacter = 0;
  countWays(validator.tree.root, (node) => {
    comparisons += typeof node.schema === 'boolean' ? 1 : keywordComparisons(node.schema);
    ofCharacter += byNode.get(node) ?? 0;
  });
  const work = { comparisons, ofCharacter, stepsToCompile: patternSteps(validator.tree) };
  known.set(validator, work);
  return work;
}

/** What `multipleOf` takes for numbers of 300 digits, in comparisons. */
const MULTIPLE_OF_COMPARISONS = 400;

/** Keywords whose values are lists to compare with. */
const LISTS = ['required', 'enum', 'const', 'dependentRequired', 'dependencies'];

function keywordComparisons(schema: JsonObject): number {
  const ofMultiple = schema['multipleOf'] === undefined ? 0 : MULTIPLE_OF_COMPARISONS;
  return LISTS.reduce((sum, keyword) => sum + elements(schema[keyword]), 1 + Object.keys(schema).length + ofMultiple);
}

function elements(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, each: JsonValue) => sum + 1 + elements(each), 0);
}
