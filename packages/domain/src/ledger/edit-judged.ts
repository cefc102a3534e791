// What the rules say of a change: of the draft that it makes, or of what it takes live; and what new schemas say of what is there.
import type { Document } from '@confledger/document';
import { withEdits, type SchemaEdit } from '../schemas/mounts.js';
import type { Violation } from '../schemas/rules.js';
import { NO_SCHEMAS } from './activation-judged.js';
import type { Asked } from './asked.js';
import type { GoingLive } from './going-live.js';
import { judged, NOTHING_JUDGED, rulesOver, said, type Judged } from './judging.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerStream } from './ledger-types.js';
import { saysNothing } from './saying.js';
import { documentToRun, runningDocument } from './statements.js';

export interface EditToJudge {
  readonly stream: LedgerStream;
  readonly id: LedgerId;
  readonly going: GoingLive;
  /** The own document before and after it. */
  readonly before: Document;
  readonly after: Document;
  readonly schemas: readonly SchemaEdit[];
}

export interface JudgedEdit extends Judged {
  /** How head behind it, or what runs behind it, breaks the schemas that it sets. */
  readonly violatedBySchemas: readonly Violation[];
}

/** Undefined while something must be loaded. */
export function judgedEdit(edit: EditToJudge, asked: Asked): JudgedEdit | undefined {
  const { stream, id, going, schemas } = edit;
  const ledger = stream.state;
  const rules = rulesOver(withEdits(ledger?.schemas ?? NO_SCHEMAS, schemas), going.base, going.environment);
  if (saysNothing(rules, going.environment)) return { ...NOTHING_JUDGED, violatedBySchemas: [] };
  const effective = (own: Document) => documentToRun(ledger, { own, head: own, base: going.base }, going.environment).document;
  const takesLive = going.basis !== null;
  const needsRunning = takesLive || schemas.length > 0;
  const running = needsRunning ? runningDocument(ledger && { id, ledger, revision: stream.revision }, asked) : null;
  if (running === undefined) return undefined;
  const after = effective(edit.after);
  const comparison = judged(
    { rules, isToRun: takesLive, before: takesLive ? running : effective(edit.before), after },
    going.environment,
    asked,
  );
  const runsOn = takesLive || running === null ? null : said({ rules, document: running, isToRun: true }, going.environment, asked);
  if (comparison === undefined || runsOn === undefined) return undefined;
  if (runsOn?.isUnavailable === true) return { ...comparison, isUnavailable: true, violatedBySchemas: [] };
  if (schemas.length === 0) return { ...comparison, violatedBySchemas: [] };
  const isSet = new Set(schemas.filter(({ schema }) => schema !== null).map(({ mount }) => mount));
  const found = [...comparison.added, ...comparison.standing, ...(runsOn?.violations ?? [])].filter(({ mount }) => isSet.has(mount));
  return { ...comparison, violatedBySchemas: [...new Map(found.map((each) => [each.identity, each])).values()] };
}
