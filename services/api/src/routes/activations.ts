// Activations of a ledger as they were recorded.
import type { ApiContext } from '../context.js';
import { activationUnknown } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import { ledgerPage, showActivation } from '../answers/items.js';
import { showStanding } from '../answers/standing.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { LEDGER_ADDRESS_ERRORS, LIST_ERRORS, STREAM_ERRORS } from '../errors/groups.js';
import { RequestRefused } from '../errors/request-refused.js';
import { documentAt } from '../ledger/selected-document.js';
import { activationNumber } from '../request/activations.js';
import { pageRequest, waitForPosition } from '../request/pages.js';
import { successOf } from '../schemas/answers.js';
import { activationItem, activationItemAnswer } from '../schemas/effective.js';
import { ledgerList } from '../schemas/lists.js';
import { environmentQuery, positionedQuery } from '../schemas/requests.js';

/** The endpoints of activations. */
export function activationEndpoints(context: ApiContext): Endpoint[] {
  return [listActivations(context), readActivation(context)];
}

function listActivations(context: ApiContext): Endpoint {
  return endpoint(context, 'listActivations', {
    query: positionedQuery,
    body: null,
    answer: successOf(ledgerList(activationItem)),
    statuses: [200],
    errors: [...LEDGER_ADDRESS_ERRORS, ...LIST_ERRORS, 'LEDGER_UNKNOWN', ...STREAM_ERRORS],
    handle: async ({ ledger, query, actor }) => {
      const page = pageRequest(query);
      await waitForPosition(context, query.atLeast);
      const { standing } = await documentAt(context, ledger, {});
      const rows = await context.listReads.run(actor.id, () => context.readModel.activations(ledger.text, page));
      return success(ledgerPage(rows, showActivation, standing, context.installation), context.clock);
    },
  });
}

function readActivation(context: ApiContext): Endpoint {
  return endpoint(context, 'readActivation', {
    query: environmentQuery,
    body: null,
    answer: successOf(activationItemAnswer),
    statuses: [200],
    errors: [...LEDGER_ADDRESS_ERRORS, 'LEDGER_UNKNOWN', 'ACTIVATION_UNKNOWN', 'ACTIVATION_INVALID', ...STREAM_ERRORS],
    handle: async ({ ledger, parameters }) => {
      const activation = activationNumber(parameters.activation);
      const { standing } = await documentAt(context, ledger, {});
      const found = await context.ledgers.activationAt(ledger, activation);
      if (found === null) throw RequestRefused.from(activationUnknown(ledger, activation));
      return success({ ...showStanding(standing, context.installation), item: showActivation(found) }, context.clock);
    },
  });
}
