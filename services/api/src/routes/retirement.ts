// Retiring a ledger that was made by mistake, and restoring it.
import type { ErrorCode } from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { COMMAND_ERRORS } from '../errors/groups.js';
import { write } from '../ledger/execute-command.js';
import { successOf, writeAnswer } from '../schemas/answers.js';
import { optionsBody, writeQuery } from '../schemas/requests.js';

/** A retired ledger takes these two. */
const RETIREMENT_ERRORS: readonly ErrorCode[] = [
  ...COMMAND_ERRORS.filter((code) => code !== 'LEDGER_RETIRED'),
  'LEDGER_UNKNOWN',
  'LEDGER_INHERITED',
];

/** The endpoints of retirement. */
export function retirementEndpoints(context: ApiContext): Endpoint[] {
  const common = {
    query: writeQuery,
    body: { schema: optionsBody, required: false },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: RETIREMENT_ERRORS,
  } as const;
  return [
    endpoint(context, 'retireConfiguration', {
      ...common,
      handle: async (call) => {
        const { answer } = await write(context, call, { type: 'Retire' });
        // What is pending cannot be activated now.
        return success({ ...answer, next: null }, context.clock);
      },
    }),
    endpoint(context, 'restoreConfiguration', {
      ...common,
      handle: async (call) => success((await write(context, call, { type: 'Restore' })).answer, context.clock),
    }),
  ];
}
