// The documents that profiles make of one: each combination that can be on at once, with the rules whose places it touches.
import { createHash, hash } from 'node:crypto';
import { globSegments, type Document, type DocumentNode, type GlobSegment } from '@confledger/document';
import { COMBINATIONS_MAX, combinationsOf, laidOver, profilesOf, type Combination, type Profile } from '@confledger/resolution';
import type { RulesInForce } from './in-force.js';
import { tooManyCombinations, tooManyProfiles } from './profile-violations.js';
import type { Rule, Violation } from './rules.js';

export interface ProfileVariant {
  /** In the order in which they are laid. */
  readonly names: readonly string[];
  readonly document: Document;
  /** Those in force that are mounted where the profiles override. */
  readonly rules: RulesInForce;
}

export interface ProfileVariants {
  readonly variants: readonly ProfileVariant[];
  /** For mounts that more combinations touch than are judged. */
  readonly violations: readonly Violation[];
}

/** Profiles of one document: all of them are looked at for each mount. */
export const PROFILES_MAX = 200;

const NONE: ProfileVariants = { variants: [], violations: [] };

/** The same objects for the same document and rules: what is judged of them is remembered by them. */
export function profileVariants(document: Document, rules: RulesInForce, environment: string): ProfileVariants {
  const { all } = profilesOf(document);
  if (all.length === 0) return NONE;
  if (all.length > PROFILES_MAX) return { variants: [], violations: [tooManyProfiles(document, all.length, PROFILES_MAX)] };
  const ofRules = remembered.get(document) ?? new WeakMap<RulesInForce, Map<string, ProfileVariants>>();
  remembered.set(document, ofRules);
  const ofEnvironment = ofRules.get(rules) ?? new Map<string, ProfileVariants>();
  ofRules.set(rules, ofEnvironment);
  const known = ofEnvironment.get(environment) ?? variantsOf(document, rules, environment);
  ofEnvironment.set(environment, known);
  return known;
}

const remembered = new WeakMap<Document, WeakMap<RulesInForce, Map<string, ProfileVariants>>>();

function variantsOf(document: Document, rules: RulesInForce, environment: string): ProfileVariants {
  const touched = new Map<string, { readonly combination: Combination; readonly rules: Rule[] }>();
  const violations: Violation[] = [];
  // Without rules there is still something to look at: what references give.
  for (const rule of [...rules.rules, EVERYWHERE]) {
    const combinations = combinationsOf(document, environment, (profile) => touches(profile, rule.mount));
    if (combinations === null && rule !== EVERYWHERE) violations.push(tooManyCombinations(document, rule.mount, COMBINATIONS_MAX));
    for (const combination of combinations ?? []) {
      const key = JSON.stringify(combination.map(({ name }) => name));
      const known = touched.get(key) ?? { combination, rules: [] };
      touched.set(key, known);
      if (rule !== EVERYWHERE) known.rules.push(rule);
    }
  }
  const variants = Array.from(touched.values(), ({ combination, rules: some }) => ({
    names: combination.map(({ name }) => name),
    document: laidOver(document, combination),
    rules: partOf(rules, some),
  }));
  return { variants, violations };
}

const EVERYWHERE: Rule = { mount: '', dialect: '2020-12', schema: true, origin: { kind: 'own', revision: -1 } };

/** Some of the rules, by which annotations are not looked at again. */
function partOf({ key }: RulesInForce, rules: readonly Rule[]): RulesInForce {
  return { rules, annotating: [], switchedOff: [], key: hash('sha256', `${key}\n${rules.map(({ mount }) => mount).join('\n')}`, 'hex') };
}

/** Whether one of the overrides stands at, above or below a place of the mount. */
function touches({ overrides }: Profile, mount: string): boolean {
  const segments = globSegments(mount);
  return segments.ok && overrides.leafCount > 0 && meets(overrides.root, segments.value);
}

function meets(node: DocumentNode, [segment, ...below]: readonly GlobSegment[]): boolean {
  if (segment === undefined || node.kind === 'leaf') return true;
  if (segment === null) return [...node.members.values()].some((member) => meets(member, below));
  const member = node.members.get(segment);
  return member !== undefined && meets(member, below);
}

/** A violation that there is only while profiles are on: another one than without them. */
export function whileOn(names: readonly string[], violation: Violation): Violation {
  const [first, ...others] = names;
  const on = others.length === 0 ? `profile ${first} is on` : `profiles ${names.join(', ')} are on`;
  const identity = createHash('sha256')
    .update(JSON.stringify([violation.identity, names]))
    .digest('hex');
  return { ...violation, message: `While ${on}: ${violation.message}`, identity };
}
