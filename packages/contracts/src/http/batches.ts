// What is answered to a batch: what became of each operation, and beside it what every write or failure says.
import type { Failure, Success, WriteAnswer } from './answers.js';
import type { Truncated } from './lists.js';
import type { ProblemDetail } from './problems.js';

/** What became of one operation of a batch. */
export interface BatchOperationAnswer {
  /** Its id; where it had none, its index. */
  readonly operation: string;
  readonly success: boolean;
  /** How many leaves it changed; of a schema, 1 or 0. Absent where the batch was refused. */
  readonly result?: { readonly changed: boolean; readonly changeCount: number };
  /** Why nothing came of it, in a sentence. Absent where the batch was carried out. */
  readonly error?: string;
  /** The same with its parts, where this operation is what the batch was refused for. */
  readonly problem?: ProblemDetail;
}

/** The answer to a batch: what became of each operation, and beside it what every write says. */
export interface BatchSuccess extends Success<readonly BatchOperationAnswer[]> {
  readonly commit: WriteAnswer;
}

/** A refused batch: what is wrong, as in every failure, and beside it what that means for each operation. */
export interface BatchFailure extends Failure {
  /** The first 100; of a larger batch the first 100 that the batch was refused for. */
  readonly operations: readonly BatchOperationAnswer[];
  readonly operationCount: number;
  readonly detailCount: number;
  /** `operations`, `details`, where they are cut. */
  readonly truncated: Truncated;
}
