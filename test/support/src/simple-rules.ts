// Which of several rules count, and what a change adds to what they find wrong: the second opinion. It shares nothing with the product.
import type { JsonObject } from '@confledger/document';
import { restarts, simplyJudged, type SimpleRule, type SimpleViolation } from './simple-judge.js';

/** A rule with where it comes from. */
export interface MountedRule extends SimpleRule {
  readonly ledger: string;
  /** Of its `SchemaSet`. */
  readonly revision: number;
}

/** Rules of which the nearest at each mount counts, and `true` switches the mount off. */
export function inForce(nearestFirst: readonly MountedRule[]): readonly MountedRule[] {
  return nearestFirst.filter((rule) => isNearest(rule, nearestFirst) && rule.schema !== true);
}

export const isNearest = (rule: MountedRule, all: readonly MountedRule[]): boolean =>
  all.find(({ mount }) => mount === rule.mount) === rule;

/** Globs of places whose change needs a restart: hidden rules speak too, but none at a mount that is switched off. */
export function restartGlobs(nearestFirst: readonly MountedRule[]): readonly string[] {
  const off = new Set(nearestFirst.filter((rule) => isNearest(rule, nearestFirst) && rule.schema === true).map(({ mount }) => mount));
  const asking = nearestFirst.filter(({ mount, schema }) => restarts(schema) && !off.has(mount)).map(({ mount }) => mount);
  return asking.includes('') ? ['**'] : [...new Set(asking)].sort();
}

/** What a document breaks and another does not; everything where there is no other. */
export function added(rules: readonly MountedRule[], before: JsonObject | null, after: JsonObject, isAbstract: boolean): SimpleViolation[] {
  const stood = new Set(before === null ? [] : simplyJudged(inForce(rules), before, isAbstract).map(({ key }) => key));
  return simplyJudged(inForce(rules), after, isAbstract).filter(({ key }) => !stood.has(key));
}
