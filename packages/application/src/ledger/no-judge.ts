// Stands where nobody judges by schemas: none can be set there, and a ledger that has some takes nothing.
import type { SchemaJudge } from '../ports/schemas.js';

export class NoSchemaJudge extends Error {
  override readonly name = 'NoSchemaJudge';
}

const nobody = (): Promise<never> => Promise.reject(new NoSchemaJudge('This part has nobody to judge by schemas.'));

export const NO_JUDGE: SchemaJudge = {
  examineNow: () => undefined,
  examine: nobody,
  judgeNow: () => undefined,
  judge: nobody,
  close: () => Promise.resolve(),
};
