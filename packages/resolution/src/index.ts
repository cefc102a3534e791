// What a document means at one place and time: references in strings, and profiles. It reads no variable, no file and no clock: those come from the
// caller. Server and nodes share it, so that both mean the same.
export { conditionsHold, type Conditions, type LoadLimits, type Moment } from './conditions.js';
export { combinationsOf, type Combination } from './combinations.js';
export { COMBINATIONS_MAX, EXPANSIONS_MAX, REFERENCE_LEVELS_MAX, RESOLVED_BYTES_MAX } from './limits.js';
export { markedLeaves, type MarkedLeaf } from './marked-leaves.js';
export { referencesIn } from './leaf-texts.js';
export { laidOver, misshapenPaths, NOT_OVERRIDABLE, profilesOf, type Profile, type ProfileFlaw, type Profiles } from './profiles.js';
export { referenceFlaws, type ReferenceFlaw } from './reference-flaws.js';
export {
  parseReferences,
  referenceName,
  type ParsedText,
  type Reference,
  type ReferenceScheme,
  type ReferenceText,
} from './reference-syntax.js';
export { resolveReferences, type Fetched, type ResolvedReferences } from './resolve-references.js';
