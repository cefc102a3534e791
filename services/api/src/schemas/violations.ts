// The schemas of violations as answers list them.
import { z } from 'zod';
import type { ProblemDetail, SchemaChange, UnjudgedItem, ViolationItem, WriteViolations } from '@confledger/contracts/http';
import { count } from './values.js';

/** Violations, or things that could not be judged, that an answer lists. */
const LISTED_MAX = 100;

const problem = {
  path: z.string().nullable(),
  rule: z.string(),
  message: z.string(),
  remedy: z.string(),
};
const pointer = z.string().exactOptional().meta({ description: 'JSON pointer below path: into an array, or into the schema' });

export const problemDetail: z.ZodType<ProblemDetail> = z.strictObject({
  ...problem,
  mount: z.string().exactOptional().meta({ description: 'Of the schema' }),
  pointer,
});

export const violation: z.ZodType<ViolationItem> = z.strictObject({ ...problem, mount: z.string(), pointer }).meta({ id: 'Violation' });
export const violations = z.array(violation).max(LISTED_MAX);

const unjudgedItem: z.ZodType<UnjudgedItem> = z.strictObject({ path: z.string(), rule: z.string(), mount: z.string() });
export const unjudged = z.array(unjudgedItem).max(LISTED_MAX);

const schemaChange: z.ZodType<SchemaChange> = z.strictObject({ mount: z.string(), change: z.enum(['set', 'removed']) });

const writeViolations: z.ZodType<WriteViolations> = z
  .strictObject({
    standing: violations,
    standingCount: count,
    accepted: violations,
    acceptedCount: count,
    unjudged,
    unjudgedCount: count,
    switchedOff: z.array(z.string()),
  })
  .meta({ id: 'WriteViolations' });

/** What the answer to a write says of rules, where they say anything. */
export const writeRuleMembers = {
  schemaChanges: z.array(schemaChange).exactOptional(),
  violations: writeViolations.exactOptional(),
};
