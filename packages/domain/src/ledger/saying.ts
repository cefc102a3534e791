// Everything that rules and policy say of one document: schemas, sections that none describes, references, and profiles with each combination that
// can be on.
import type { Document } from '@confledger/document';
import { NO_RULES, type RulesInForce } from '../schemas/in-force.js';
import { hasProfiles, profileViolations } from '../schemas/profile-violations.js';
import { profileVariants, whileOn } from '../schemas/profile-variants.js';
import { referenceViolations } from '../schemas/reference-violations.js';
import type { Unjudged, Violation } from '../schemas/rules.js';
import { unknownSections } from '../schemas/unknown-sections.js';
import type { EnvironmentFact } from './environment.js';
import type { Said, ToBeSaid } from './notes.js';

export interface ToSay {
  readonly rules: RulesInForce;
  /** An effective document. */
  readonly document: Document;
  readonly environment: Pick<EnvironmentFact, 'policy' | 'abstract'>;
  /** The environment's name, which conditions of profiles may ask for. */
  readonly name: string;
  /** Whether it is to run, or does: then its paths must give something. */
  readonly isToRun: boolean;
}

/** Says what schemas say; undefined where that must be loaded first. */
export type Judge = (subject: ToBeSaid) => Said | undefined;

export const NOTHING_SAID: Said = { violations: [], unjudged: [], restart: [], literal: [] };

/** Whether nothing can be wrong with any document. */
export function saysNothing(rules: RulesInForce, { policy }: Pick<EnvironmentFact, 'policy'>): boolean {
  return rules === NO_RULES && policy.unknownSections === 'allowed' && policy.references !== 'on';
}

/** Undefined where something must be loaded first; all of it has been asked for then. */
export function saying(what: ToSay, judge: Judge): Said | undefined {
  const base = saidOf(what, what.rules, what.document, judge);
  if (base === undefined || base.isUnavailable === true) return base;
  const violations = [...policyViolations(what), ...referencesOf(what, what.document, base.literal), ...base.violations];
  if (!hasProfiles(what.rules.rules)) return { ...base, violations };
  const { variants, violations: tooMany } = profileVariants(what.document, what.rules, what.name);
  const known = new Set(violations.map(({ identity }) => identity));
  const added: Violation[] = [];
  const unjudged = new Map<string, Unjudged>(base.unjudged.map((each) => [JSON.stringify(each), each]));
  let isWaiting = false;
  for (const { names, document, rules } of variants) {
    const said = saidOf(what, rules, document, judge);
    if (said?.isUnavailable === true) return said;
    if (said === undefined) isWaiting = true;
    else {
      const found = [...said.violations, ...referencesOf(what, document, base.literal)];
      added.push(...found.filter(({ identity }) => !known.has(identity)).map((each) => whileOn(names, each)));
      for (const each of said.unjudged) unjudged.set(JSON.stringify(each), each);
    }
  }
  if (isWaiting) return undefined;
  const ofProfiles = [...profileViolations(what.document, base.restart), ...tooMany];
  return { ...base, violations: [...violations, ...ofProfiles, ...added], unjudged: [...unjudged.values()] };
}

function saidOf({ environment }: ToSay, rules: RulesInForce, document: Document, judge: Judge): Said | undefined {
  if (rules.rules.length === 0 && rules.annotating.length === 0) return NOTHING_SAID;
  return judge({ rules, document, isAbstract: environment.abstract, hasReferences: environment.policy.references === 'on' });
}

function policyViolations({ rules, document, environment }: ToSay): readonly Violation[] {
  return environment.policy.unknownSections === 'refused' ? unknownSections(document, rules.rules) : [];
}

function referencesOf(
  { environment: { policy, abstract }, isToRun }: ToSay,
  document: Document,
  literal: readonly string[],
): readonly Violation[] {
  return policy.references === 'on' ? referenceViolations({ document, mustResolve: isToRun && !abstract, literal }) : [];
}
