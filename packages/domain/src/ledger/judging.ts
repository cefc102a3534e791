// What the rules in force say of what would come of a command. Before and after are judged by the same rules, those in force when it is done: a
// change is refused for the violations that it adds, and the others stand.
import { canonicalJson, type Document } from '@confledger/document';
import { refuse, refuseWith, type RefusalDetail } from '../stream/refusals.js';
import { rulesInForce, type RulesInForce } from '../schemas/in-force.js';
import type { Schemas } from '../schemas/mounted.js';
import type { SchemaDocument, Violation } from '../schemas/rules.js';
import type { Asked } from './asked.js';
import type { LedgerRefusal } from './commands.js';
import type { EnvironmentFact } from './environment.js';
import type { LedgerId } from './ledger-id.js';
import type { LaidLayers } from './layers.js';
import type { LedgerNotes, Said, ToBeSaid } from './notes.js';
import { NOTHING_SAID, saying, saysNothing, type ToSay } from './saying.js';

/** Violations that one answer lists. */
export const VIOLATIONS_LISTED_MAX = 100;

/** Two documents by one set of rules. */
export interface Compared {
  readonly rules: RulesInForce;
  /** Whether `after` is to run: then what its references name must be there. */
  readonly isToRun: boolean;
  /** Null where nothing was: then every violation is added. */
  readonly before: Document | null;
  readonly after: Document;
}

/** What a change adds, and what stood already. */
export interface Judged extends Omit<LedgerNotes, 'accepted'> {
  readonly added: readonly Violation[];
  readonly restart: readonly string[];
  /** Nobody could judge: a rollback that accepts violations goes on, and nothing else. */
  readonly isUnavailable?: true;
}

export const NOTHING_JUDGED: Judged = { added: [], standing: [], unjudged: [], switchedOff: [], restart: [] };

/** The rules of a ledger over layers. */
export function rulesOver(schemas: Schemas, { rules }: LaidLayers, { categories }: EnvironmentFact): RulesInForce {
  return rulesInForce(schemas, rules, categories ?? []);
}

/** Undefined while a judgement must be loaded. */
export function judged({ rules, isToRun, before, after }: Compared, environment: EnvironmentFact, asked: Asked): Judged | undefined {
  if (saysNothing(rules, environment)) return NOTHING_JUDGED;
  const now = said({ rules, document: after, isToRun }, environment, asked);
  const then = before === null ? NOTHING_SAID : said({ rules, document: before, isToRun }, environment, asked);
  if (now === undefined || then === undefined) return undefined;
  if (now.isUnavailable === true || then.isUnavailable === true) return { ...NOTHING_JUDGED, isUnavailable: true };
  const stood = new Set(then.violations.map(({ identity }) => identity));
  const { unjudged, restart } = now;
  return {
    added: now.violations.filter(({ identity }) => !stood.has(identity)),
    standing: now.violations.filter(({ identity }) => stood.has(identity)),
    unjudged,
    switchedOff: rules.switchedOff,
    restart,
  };
}

/** What rules and policy say of one document. */
export function said(what: Pick<ToSay, 'rules' | 'document' | 'isToRun'>, environment: EnvironmentFact, asked: Asked): Said | undefined {
  const { facts, id } = asked.context;
  return saying({ ...what, environment, name: id.environment }, (subject) => {
    // The digest of a document costs more than most judgements: it names only what must be judged apart.
    return facts.get('said', identityKey(subject), subject) ?? asked.get('said', saidKey(subject), subject);
  });
}

const identities = new WeakMap<Document, number>();
let identified = 0;

/** Of one document in the memory of this process. */
function identityKey(subject: ToBeSaid): string {
  let identity = identities.get(subject.document);
  if (identity === undefined) identities.set(subject.document, (identity = identified += 1));
  return `${identity} ${modeKey(subject)}`;
}

const saidKey = (subject: ToBeSaid): string => `${subject.document.digest} ${modeKey(subject)}`;

const modeKey = ({ rules, isAbstract, hasReferences }: ToBeSaid): string => `${rules.key} ${isAbstract} ${hasReferences}`;

/** The key of the fact that says whether a schema may be stored. */
export const examinedKey = ({ dialect, schema }: SchemaDocument): string => canonicalJson([dialect, schema]);

/** Why a judged change is refused; null where it is not. */
export function judgementRefusal(id: LedgerId, { isUnavailable, added }: Pick<Judged, 'isUnavailable' | 'added'>): LedgerRefusal | null {
  return isUnavailable === true ? judgeUnavailable() : violationsRefusal(id, added);
}

function judgeUnavailable(): LedgerRefusal {
  const message = 'What the change must be judged by cannot be started in this api now, or too many judgements wait';
  const remedy = 'Send it again in a moment; an emergency rollback goes on with acceptViolations: true';
  return refuse('SCHEMA_JUDGE_UNAVAILABLE', null, message, remedy);
}

/** The refusal of a change for what it adds. */
export function violationsRefusal({ text }: LedgerId, added: readonly Violation[]): LedgerRefusal | null {
  const [first] = added;
  if (first === undefined) return null;
  const message = added.length === 1 ? first.message : `${text} would get ${violationCount(added.length)}`;
  return refuseWith('VALIDATION_ERROR', message, violationDetails(added));
}

/** The number of violations in words, and whether all of them are listed. */
export function violationCount(count: number): string {
  const listed = count > VIOLATIONS_LISTED_MAX ? `, of which ${VIOLATIONS_LISTED_MAX} are listed` : '';
  return `${count} violation${count === 1 ? '' : 's'} of its schemas${listed}`;
}

/** Violations as the details of a refusal: all of them, so that whoever shows the first few can say how many there are. */
export function violationDetails(violations: readonly Violation[]): RefusalDetail[] {
  return violations.map(({ path, pointer, keyword, message, remedy, mount }) => {
    return { path, rule: keyword, message, remedy, mount, ...(pointer !== null && { pointer }) };
  });
}

/** Undefined where nothing was judged, so that answers without schemas stay as they were. */
export function notesOf({ standing, unjudged, switchedOff }: Judged, accepted: readonly Violation[] = []): LedgerNotes | undefined {
  if (standing.length + accepted.length + unjudged.length + switchedOff.length === 0) return undefined;
  return { standing, accepted, unjudged, switchedOff };
}
