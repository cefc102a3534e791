// What the rules say of a document that is to be taken live, beside what runs.
import type { Schemas } from '../schemas/mounted.js';
import type { Decision } from '../stream/aggregate.js';
import type { Asked } from './asked.js';
import { judged, NOTHING_JUDGED, rulesOver, type Judged } from './judging.js';
import type { LedgerTypes } from './ledger-types.js';
import { saysNothing } from './saying.js';
import { documentToRun, runningDocument, type ToActivate } from './statements.js';
import type { ExistingLedger } from './versions.js';

/** Of a ledger that is not there yet. */
export const NO_SCHEMAS: Schemas = new Map();

/** What must be loaded for a decision, with what its judgement will compare with: so that there is no round more. */
export function needsBeside(existing: ExistingLedger | null, asked: Asked, meant: number | null = null): Decision<LedgerTypes> {
  asked.ahead(() => runningDocument(existing, asked));
  return asked.needs(meant);
}

/** By the rules in force behind it: `schemas` are the ledger's own then. Undefined while something must be loaded. */
export function activationJudged(
  existing: ExistingLedger | null,
  what: Pick<ToActivate, 'own' | 'head' | 'base' | 'ranWithOrdinaryName'>,
  schemas: Schemas,
  asked: Asked,
): Judged | undefined {
  const { environment } = asked;
  if (environment === undefined) return undefined;
  const rules = rulesOver(schemas, what.base, environment);
  if (saysNothing(rules, environment)) return NOTHING_JUDGED;
  const before = runningDocument(existing, asked);
  if (before === undefined) return undefined;
  const { document: after } = documentToRun(existing?.ledger ?? null, what, environment);
  return judged({ rules, isToRun: true, before, after }, environment, asked);
}
