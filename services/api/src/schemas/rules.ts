// The schemas of what is sent and answered about JSON Schemas: mounts, rules, violations, and the lines of a what-if.
import { z } from 'zod';
import {
  ERROR_CODES,
  type DocumentViolations,
  type ErrorCode,
  type MountedSchemaBody,
  type RuleItem,
  type SchemaBody,
  type SchemaQuery,
  type SchemaRemoveBody,
  type SchemaRemoveQuery,
  type SchemasAnswer,
  type SchemaWriteAnswer,
  type SchemaWriteQuery,
  type ValidateBody,
  type ValidateQuery,
  type ValidationAnswer,
  type WhatIfAnswerLine,
  type WhatIfBody,
} from '@confledger/contracts/http';
import { standingMembers, truncated, writeMembersOfAnswer } from './answers.js';
import { batchOperations } from './batches.js';
import { environment, writeMembers, writeParameters, type ShapeOf } from './requests.js';
import { dialect, DIALECT_DEFAULT, jsonSchema, mountText, standingGuard } from './mounts.js';
import { count, jsonObject, revision } from './values.js';
import { unjudged, violation, violations } from './violations.js';

export const schemaQuery = z.strictObject({
  environment,
  mount: mountText.optional().meta({ description: 'One mount; empty for the root. Default: all' }),
} satisfies ShapeOf<SchemaQuery>);

const schemaWriteParameters = { ...writeParameters, standing: standingGuard } satisfies ShapeOf<SchemaWriteQuery>;
export const schemaWriteQuery = z.strictObject(schemaWriteParameters);
export const schemaRemoveQuery = z.strictObject({
  ...schemaWriteParameters,
  mount: mountText.meta({ description: 'Empty for the root' }),
} satisfies ShapeOf<SchemaRemoveQuery>);

const mountedSchema = {
  mount: mountText.optional().meta({ description: 'Default: the root' }),
  dialect: dialect.optional().meta({ description: `Default: ${DIALECT_DEFAULT}. A $schema in the schema must say the same` }),
  schema: jsonSchema,
} satisfies ShapeOf<MountedSchemaBody>;
export const schemaBody = z.strictObject({ ...writeMembers, standing: standingGuard, ...mountedSchema } satisfies ShapeOf<SchemaBody>);
export const schemaRemoveBody = z.strictObject({ ...writeMembers, standing: standingGuard } satisfies ShapeOf<SchemaRemoveBody>);

export const validateQuery = z.strictObject({
  environment,
  activate: z.enum(['true', 'false', 'all']).optional(),
} satisfies ShapeOf<ValidateQuery>);
export const validateBody = z.strictObject({
  environment,
  configuration: jsonObject.optional().meta({ description: 'The whole document; or operations; or neither, to ask about what there is' }),
  operations: batchOperations.optional(),
  activate: z
    .union([z.boolean(), z.literal('all')], 'expected true, false or "all"')
    .optional()
    .meta({ description: 'As of a write that also takes live: against what runs instead of head' }),
} satisfies ShapeOf<ValidateBody>);

export const whatIfBody = z.strictObject({
  environment,
  ...mountedSchema,
  of: z.enum(['versions', 'activations']).meta({ description: 'What would have been refused' }),
  from: revision.optional().meta({ description: 'The first that is looked at' }),
  to: revision.optional().meta({ description: 'The last that is looked at' }),
} satisfies ShapeOf<WhatIfBody>);

export const rule: z.ZodType<RuleItem> = z
  .strictObject({
    mount: z.string(),
    dialect,
    schema: jsonSchema,
    origin: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('own'), revision: revision.nullable() }),
      z.strictObject({ kind: z.literal('parent'), ledger: z.string(), revision }),
      z.strictObject({ kind: z.literal('category'), category: z.string(), edition: count }),
    ]),
    inForce: z.boolean(),
    tag: z.string().nullable().meta({ description: 'Its entity tag; null for one that is not the own of the ledger' }),
  })
  .meta({ id: 'Rule' });

const documentViolations: z.ZodType<DocumentViolations> = z.strictObject({
  violations,
  violationCount: count,
  unjudged,
  unjudgedCount: count,
});

export const schemasAnswer: z.ZodType<SchemasAnswer> = z.strictObject({
  ...standingMembers,
  items: z.array(rule),
  head: documentViolations,
  running: documentViolations.nullable(),
  truncated,
});

export const schemaWriteAnswer: z.ZodType<SchemaWriteAnswer> = z.strictObject({
  ...writeMembersOfAnswer,
  mount: z.string(),
  items: z.array(rule).nullable(),
});

export const validationAnswer: z.ZodType<ValidationAnswer> = z.strictObject({
  environment: z.string(),
  service: z.string(),
  valid: z.boolean(),
  errors: violations,
  errorCount: count,
  standing: violations,
  standingCount: count,
  unjudged,
  unjudgedCount: count,
  running: documentViolations.nullable(),
  truncated,
});

export const whatIfLine: z.ZodType<WhatIfAnswerLine> = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('stretch'),
      from: revision,
      to: revision,
      itemCount: count,
      errors: z.array(violation).max(10),
      count,
    }),
    z.strictObject({ kind: z.literal('progress'), itemCount: count, to: revision }),
    z.strictObject({ kind: z.literal('end'), itemCount: count, refusedCount: count }),
    z.strictObject({ kind: z.literal('failed'), code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]), error: z.string() }),
  ])
  .meta({ contentType: 'application/x-ndjson' });
