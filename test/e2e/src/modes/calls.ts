// The calls that the answers of every mode and every api are compared by, in their order.
import type { OperationName } from '@confledger/contracts/http';
import type { Call } from './call.js';
import { DOCUMENT_CALLS } from './calls-of-documents.js';
import { LIST_CALLS } from './calls-of-lists.js';
import { PARENT_CALLS } from './calls-of-parents.js';
import { REQUEST_CALLS } from './calls-of-requests.js';
import { SCHEMA_CALLS } from './calls-of-schemas.js';
import { VERSION_CALLS } from './calls-of-versions.js';

/** Each list goes on with what the lists before it left. */
export const CALLS: readonly Call[] = [
  ...DOCUMENT_CALLS,
  ...VERSION_CALLS,
  ...PARENT_CALLS,
  ...SCHEMA_CALLS,
  ...LIST_CALLS,
  ...REQUEST_CALLS,
];

/** Operations with comparisons of their own: the feed does not end, and metrics are about one process, so that their names alone are compared. */
export const COMPARED_APART: readonly OperationName[] = ['feed', 'metrics'];
