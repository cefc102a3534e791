// Which rules hold in a ledger: its own, then those of its layers, nearest first, then the categories of its environment's edition. Of several
// at mounts of the very same text the nearest counts, and `true` switches that mount off.
import { hash } from 'node:crypto';
import { categoriesOf } from '@confledger/categories';
import { canonicalJson } from '@confledger/document';
import type { MountedSchema, Schemas } from './mounted.js';
import type { Rule } from './rules.js';

/** The rules of a ledger at one moment. Equal ones of one process are the same object as a rule. */
export interface RulesInForce {
  /** What is judged by: one for each mount text, without those that are switched off. In the order of mounts. */
  readonly rules: readonly Rule[];
  /** Every rule whose mount is not switched off: annotations add up over all of them. */
  readonly annotating: readonly Rule[];
  /** Mounts that a nearer `true` switches off. */
  readonly switchedOff: readonly string[];
  /** Equal for rules that say the same: a hash of mounts and schemas. */
  readonly key: string;
}

/** Nothing is judged. */
export const NO_RULES: RulesInForce = { rules: [], annotating: [], switchedOff: [], key: '' };

/** A ledger's own schemas as rules, nearest first among themselves: there is one for each mount. */
export function ownRules(schemas: Schemas): readonly Rule[] {
  if (schemas.size === 0) return NONE;
  return remembered(OWN, schemas, () => [...schemas.values()].map((each) => ruleOf(each, { kind: 'own', revision: each.revision })));
}

/** The same, as ledgers that are laid over it see them. */
export function parentRules(schemas: Schemas, ledger: string): readonly Rule[] {
  return [...schemas.values()].map((each) => ruleOf(each, { kind: 'parent', ledger, revision: each.revision }));
}

const NONE: readonly Rule[] = [];

const ruleOf = ({ mount, dialect, schema }: MountedSchema, origin: Rule['origin']): Rule => ({ mount, dialect, schema, origin });

/** The built-in rules of an edition; undefined for an edition that this release does not know. */
export function categoryRules(edition: number): readonly Rule[] | undefined {
  const known = EDITIONS.get(edition);
  if (known !== undefined) return known;
  const rules = categoriesOf(edition)?.map(({ category, mount, dialect, schema }) => {
    return { mount, dialect, schema, origin: { kind: 'category', category, edition } } as const;
  });
  if (rules !== undefined) EDITIONS.set(edition, rules);
  return rules;
}

const EDITIONS = new Map<number, readonly Rule[]>();

/** `above`: the rules of the layers, nearest first. */
export function rulesInForce(schemas: Schemas, above: readonly Rule[], categories: readonly Rule[]): RulesInForce {
  if (schemas.size === 0 && above.length === 0 && categories.length === 0) return NO_RULES;
  const ofSchemas = remembered(IN_FORCE, schemas, () => new WeakMap<readonly Rule[], WeakMap<readonly Rule[], RulesInForce>>());
  const ofLayers = remembered(ofSchemas, above, () => new WeakMap<readonly Rule[], RulesInForce>());
  return remembered(ofLayers, categories, () => mergedRules([...ownRules(schemas), ...above, ...categories]));
}

const OWN = new WeakMap<Schemas, readonly Rule[]>();
const IN_FORCE = new WeakMap<Schemas, WeakMap<readonly Rule[], WeakMap<readonly Rule[], RulesInForce>>>();

/** Of rules that stand nearest first. */
function mergedRules(nearestFirst: readonly Rule[]): RulesInForce {
  const nearest = new Map<string, Rule>();
  for (const rule of nearestFirst) if (!nearest.has(rule.mount)) nearest.set(rule.mount, rule);
  const isOff = (mount: string): boolean => nearest.get(mount)?.schema === true;
  const inherited = new Set(nearestFirst.filter((rule) => nearest.get(rule.mount) !== rule).map(({ mount }) => mount));
  return {
    rules: [...nearest.values()].filter(({ schema }) => schema !== true).sort((one, other) => compareTexts(one.mount, other.mount)),
    annotating: nearestFirst.filter(({ mount }) => !isOff(mount)),
    switchedOff: [...inherited].filter(isOff).sort(compareTexts),
    key: hash('sha256', nearestFirst.map(keyOf).join('\n'), 'hex'),
  };
}

const keyOf = ({ mount, dialect, schema }: Rule): string => canonicalJson([mount, dialect, schemaKey(schema)]);

function schemaKey(schema: Rule['schema']): string {
  return typeof schema === 'boolean' ? String(schema) : remembered(SCHEMA_KEYS, schema, () => hash('sha256', canonicalJson(schema), 'hex'));
}

const SCHEMA_KEYS = new WeakMap<object, string>();

const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function remembered<Key extends WeakKey, Value>(memory: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
