// Estimates what a judgement costs, so that a costly one can be made elsewhere.
import type { DocumentNode, JsonValue } from '@confledger/document';
import type { Rule, ToJudge } from '@confledger/domain';
import { placesOf } from './mounts.js';
import { verdictKey, type KeyedPlace, type Verdicts } from './verdicts.js';
import { Validators, type Validator } from './validators.js';

/** What compiling one schema node costs, in the unit of ways × nodes. */
const COMPILE_COST = 500;
/** Texts up to this many characters are part of the cost of a node, as far as patterns are small. */
const SHORT_TEXT_CHARACTERS = 1_000;
/** Steps of a small pattern that cost as much as one way to one node. */
const PATTERN_STEPS = 10;
/** What a step of a large pattern costs: the engine then has no table to look it up in (0.4 µs were measured). */
const LARGE_PATTERN_STEP_COST = 4;

/** Where a judgement is to be made and what is known already. */
export interface JudgeParts {
  readonly validators: Validators;
  readonly verdicts: Verdicts;
}

export interface RuleCost {
  readonly rule: Rule;
  /** The places that are not known to hold; verdicts of some may be remembered. */
  readonly open: readonly KeyedPlace[];
  /** Ways × nodes of the subtrees that are not remembered, and more; 0 where every verdict is. */
  readonly cost: number;
  /** Schema nodes that would have to be compiled first; 0 where none. */
  readonly nodesToCompile: number;
}

/** The cost of a judgement of which nothing is remembered and all validators are compiled. */
export function costOf(toJudge: ToJudge, validators = new Validators()): number {
  return toJudge.rules.reduce((sum, rule) => {
    const validator = validators.validatorOf(rule);
    return placesOf(rule.mount, toJudge.document).reduce((cost, { node }) => cost + placeCost(validator, node), sum);
  }, 0);
}

/** The cost of each rule, in their order; what is remembered costs nothing. */
export function costsOf(toJudge: ToJudge, { validators, verdicts }: JudgeParts): RuleCost[] {
  return toJudge.rules.map((rule) => {
    const validator = validators.validatorOf(rule);
    const places = verdicts.places.open(validator.id, rule.mount, toJudge);
    const open = places.map((place) => ({ place, key: verdictKey(validator.id, rule, place, toJudge) }));
    const toMake = open.filter(({ key }) => !verdicts.has(key));
    const nodesToCompile = toMake.length === 0 || validator.isCompiled ? 0 : validator.nodes;
    const cost = toMake.reduce((sum, { place }) => sum + placeCost(validator, place.node), nodesToCompile * COMPILE_COST);
    return { rule, open, cost, nodesToCompile };
  });
}

export interface CostLimits {
  /** Most that the judgements here may cost together. */
  readonly costMax: number;
  /** Most nodes of a schema that may be compiled here. */
  readonly nodesToCompileMax: number;
}

/** The rules in two: those that may be judged here, the cheapest first, and those that must be elsewhere. Each keeps the order of the rules. */
export function splitByCost(
  toJudge: ToJudge,
  parts: JudgeParts,
  { costMax, nodesToCompileMax }: CostLimits,
): { readonly here: readonly RuleCost[]; readonly elsewhere: readonly RuleCost[] } {
  const costs = costsOf(toJudge, parts);
  const here = new Set<RuleCost>();
  let sum = 0;
  for (const each of costs.toSorted((one, other) => one.cost - other.cost)) {
    sum += each.cost;
    if (sum > costMax) break;
    if (each.nodesToCompile <= nodesToCompileMax) here.add(each);
  }
  return { here: costs.filter((each) => here.has(each)), elsewhere: costs.filter((each) => !here.has(each)) };
}

/** The cost of what stands at one place, its validator compiled. */
export function placeCost(validator: Validator, node: DocumentNode): number {
  const { nodes, squares, texts, longTexts } = weightOf(node);
  const { small, large } = validator.patternSizes;
  const patterns = (small * longTexts) / PATTERN_STEPS + large * texts * LARGE_PATTERN_STEP_COST;
  return validator.ways * nodes + validator.uniqueWays * squares + patterns;
}

/** What a subtree puts into the estimate. */
interface Weight {
  /** Objects, leaves, and elements of arrays. */
  readonly nodes: number;
  /** Comparisons that `uniqueItems` makes: of each element of an array with each, all that they hold. */
  readonly squares: number;
  /** Characters of its texts. */
  readonly texts: number;
  /** Characters of texts that are long. */
  readonly longTexts: number;
}

// Subtrees that do not change are the same objects in every version.
const weights = new WeakMap<DocumentNode, Weight>();

function weightOf(node: DocumentNode): Weight {
  if (node.kind === 'leaf') return valueWeight(node.value);
  const known = weights.get(node);
  if (known !== undefined) return known;
  let weight = ONE_NODE;
  for (const [name, member] of node.members) weight = plus(weight, plus({ ...NOTHING, texts: name.length }, weightOf(member)));
  weights.set(node, weight);
  return weight;
}

const NOTHING: Weight = { nodes: 0, squares: 0, texts: 0, longTexts: 0 };
const ONE_NODE: Weight = { nodes: 1, squares: 0, texts: 0, longTexts: 0 };

function valueWeight(value: JsonValue): Weight {
  if (typeof value === 'string')
    return { ...ONE_NODE, texts: value.length, longTexts: value.length > SHORT_TEXT_CHARACTERS ? value.length : 0 };
  if (typeof value !== 'object' || value === null) return ONE_NODE;
  const inner: readonly JsonValue[] = Array.isArray(value) ? value : Object.values(value);
  const weight = inner.reduce((sum: Weight, each) => plus(sum, valueWeight(each)), ONE_NODE);
  // Each element is compared with each, down to their ends.
  return Array.isArray(value) ? plus(weight, { ...NOTHING, squares: value.length * weight.nodes }) : weight;
}

function plus(one: Weight, other: Weight): Weight {
  return {
    nodes: one.nodes + other.nodes,
    squares: one.squares + other.squares,
    texts: one.texts + other.texts,
    longTexts: one.longTexts + other.longTexts,
  };
}
