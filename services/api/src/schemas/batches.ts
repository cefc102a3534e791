// The schemas of batches: what is sent, and what is answered.
import { z } from 'zod';
import type { BatchBody, BatchFailure, BatchOperationAnswer, BatchQuery, BatchSuccess } from '@confledger/contracts/http';
import { BATCH_OPERATIONS_MAX } from '@confledger/domain';
import { details, failureMembers, truncated, writeAnswer } from './answers.js';
import { dialect, DIALECT_DEFAULT, jsonSchema, mountText, standingGuard } from './mounts.js';
import { writeMembers, writeParameters, type ShapeOf } from './requests.js';
import { PLAIN_TEXT } from './texts.js';
import { count, instant, jsonValue, pathText } from './values.js';
import { problemDetail } from './violations.js';

const id = z.string().max(255).meta(PLAIN_TEXT).optional().meta({ description: 'Default: the index of the operation' });
const operationPath = { path: pathText.optional(), key: pathText.optional() };
const batchOperation = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ id, type: z.literal('SET'), ...operationPath, value: jsonValue }),
    z.strictObject({ id, type: z.literal('DELETE'), ...operationPath }),
    z.strictObject({
      id,
      type: z.literal('SCHEMA_SET'),
      mount: mountText.optional().meta({ description: 'Default: the root' }),
      dialect: dialect.optional().meta({ description: `Default: ${DIALECT_DEFAULT}` }),
      schema: jsonSchema,
    }),
    z.strictObject({ id, type: z.literal('SCHEMA_REMOVE'), mount: mountText }),
  ],
  'expected SET, DELETE, SCHEMA_SET or SCHEMA_REMOVE',
);
export const batchOperations = z.array(batchOperation).meta({ minItems: 1, maxItems: BATCH_OPERATIONS_MAX });

export const batchQuery = z.strictObject({ ...writeParameters, standing: standingGuard } satisfies ShapeOf<BatchQuery>);
export const batchBody = z.strictObject({
  ...writeMembers,
  standing: standingGuard,
  operations: batchOperations,
} satisfies ShapeOf<BatchBody>);

export const batchOperationAnswer: z.ZodType<BatchOperationAnswer> = z.strictObject({
  operation: z.string().meta({ description: 'Its id; where it had none, its index' }),
  success: z.boolean(),
  result: z.strictObject({ changed: z.boolean(), changeCount: count }).exactOptional(),
  error: z.string().exactOptional(),
  problem: problemDetail.exactOptional(),
});

export const batchSuccess: z.ZodType<BatchSuccess> = z.strictObject({
  success: z.literal(true),
  data: z.array(batchOperationAnswer),
  commit: writeAnswer,
  timestamp: instant,
});

export const batchFailure: z.ZodType<BatchFailure> = z.strictObject({
  ...failureMembers,
  details,
  operations: z.array(batchOperationAnswer).max(100),
  operationCount: count,
  detailCount: count,
  truncated,
});
