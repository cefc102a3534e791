// A judge of schemas for tests: says what the test hands in.
import type { Examined, Judgement, SchemaDocument, ToJudge } from '@confledger/domain';
import type { SchemaJudge } from '../ports/schemas.js';

export interface MemorySchemaJudgeOptions {
  readonly judge: (judged: ToJudge) => Judgement;
  /** Default: every schema is fit and says nothing of places. */
  readonly examine?: (schema: SchemaDocument) => Examined;
  /** Whether all of it takes too long for the thread of the caller. Default: nothing does. */
  readonly isCostly?: boolean;
}

export function memorySchemaJudge({ judge, examine = fit, isCostly = false }: MemorySchemaJudgeOptions): SchemaJudge {
  return {
    examineNow: (schema) => (isCostly ? undefined : examine(schema)),
    examine: async (schema) => examine(schema),
    judgeNow: (judged) => (isCostly ? undefined : judge(judged)),
    judge: async (judged) => judge(judged),
    close: async () => undefined,
  };
}

function fit(): Examined {
  return { kind: 'fit', annotations: [] };
}
