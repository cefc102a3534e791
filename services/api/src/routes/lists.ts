// Lists from the read model: ledgers, the history of a path, the audit.
import { parseGlob } from '@confledger/document';
import type { AuditFilter, LedgerFilter } from '@confledger/application';
import type { AuditQuery, ConfigurationsQuery } from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import { ledgerPage, positionedPage, showAuditRow, showLedger } from '../answers/items.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { LEDGER_ADDRESS_ERRORS, LIST_ERRORS, PATH_ERRORS, PATH_QUERY_ERRORS } from '../errors/groups.js';
import { documentAt } from '../ledger/selected-document.js';
import { readablePath } from '../request/addresses.js';
import { inheritingOf } from '../ledger/listed-ledgers.js';
import { requireDefined } from '../request/defined-environments.js';
import { checkService, environmentOf } from '../request/environments.js';
import { pageRequest, waitForPosition } from '../request/pages.js';
import { parseInstant } from '../request/selectors.js';
import { eitherWord, namedPath } from '../request/words.js';
import { successOf } from '../schemas/answers.js';
import { auditItem, ledgerItem, ledgerList, positionedList } from '../schemas/lists.js';
import { auditQuery, configurationsQuery, historyQuery } from '../schemas/requests.js';
import { RequestRefused } from '../errors/request-refused.js';

/** The endpoints of lists. */
export function listEndpoints(context: ApiContext): Endpoint[] {
  return [listLedgers(context), readHistory(context), readAudit(context)];
}

function listLedgers(context: ApiContext): Endpoint {
  return endpoint(context, 'listConfigurations', {
    query: configurationsQuery,
    body: null,
    answer: successOf(positionedList(ledgerItem)),
    statuses: [200],
    errors: ['ENVIRONMENT_UNKNOWN', ...LIST_ERRORS],
    handle: async ({ query, actor }) => {
      const filter = ledgerFilter(context, query);
      await requireDefined(context, filter.environment);
      const page = pageRequest(query);
      await waitForPosition(context, query.atLeast);
      const [rows, inheriting] = await context.listReads.run(actor.id, async () => {
        const found = await context.readModel.ledgers(filter, page);
        return [found, await inheritingOf(context, found.items)] as const;
      });
      return success(
        positionedPage(rows, (row) => showLedger(row, inheriting(row), context.installation), context.installation),
        context.clock,
      );
    },
  });
}

function ledgerFilter({ environments }: ApiContext, { environment: named, retired = 'false' }: ConfigurationsQuery): LedgerFilter {
  const environment = environmentOf({ query: named }, environments.known);
  return { ...(environment === undefined ? {} : { environment }), ...(retired === 'all' ? {} : { retired: retired === 'true' }) };
}

function readHistory(context: ApiContext): Endpoint {
  return endpoint(context, 'readHistory', {
    query: historyQuery,
    body: null,
    answer: successOf(ledgerList(auditItem)),
    statuses: [200],
    errors: [...LEDGER_ADDRESS_ERRORS, ...PATH_ERRORS, ...LIST_ERRORS, 'LEDGER_UNKNOWN', ...PATH_QUERY_ERRORS],
    handle: async ({ ledger, query, actor }) => {
      const path = readablePath(namedPath(query));
      const page = pageRequest(query);
      await waitForPosition(context, query.atLeast);
      const { standing } = await documentAt(context, ledger, {});
      const rows = await context.listReads.run(actor.id, () => context.readModel.history(ledger.text, path, page));
      const { installation } = context;
      return success(
        ledgerPage(rows, (row) => showAuditRow(row, installation), standing, installation),
        context.clock,
      );
    },
  });
}

function readAudit(context: ApiContext): Endpoint {
  return endpoint(context, 'readAudit', {
    query: auditQuery,
    body: null,
    answer: successOf(positionedList(auditItem)),
    statuses: [200],
    errors: [
      'ENVIRONMENT_UNKNOWN',
      'SERVICE_NAME_INVALID',
      'AT_MALFORMED',
      'AT_WITHOUT_OFFSET',
      'OPTION_MISMATCH',
      ...PATH_ERRORS,
      ...LIST_ERRORS,
    ],
    handle: async ({ query, actor }) => {
      const filter = auditFilter(context, query);
      await requireDefined(context, filter.environment);
      const page = pageRequest(query);
      await waitForPosition(context, query.atLeast);
      const rows = await context.listReads.run(actor.id, () => context.readModel.audit(filter, page));
      const { installation } = context;
      return success(
        positionedPage(rows, (row) => showAuditRow(row, installation), installation),
        context.clock,
      );
    },
  });
}

function auditFilter({ environments }: ApiContext, query: AuditQuery): AuditFilter {
  const { service, actor, type, from, to } = query;
  const glob = eitherWord('path', query.path, 'key', query.key);
  const environment = environmentOf({ query: query.environment }, environments.known);
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(service === undefined ? {} : { service: checkService(service) }),
    ...(glob === undefined ? {} : { key: checkedGlob(glob) }),
    ...(actor === undefined ? {} : { actor }),
    ...(type === undefined ? {} : { type }),
    ...(from === undefined ? {} : { from: parseInstant(from, 'from') }),
    ...(to === undefined ? {} : { to: parseInstant(to, 'to') }),
  };
}

function checkedGlob(text: string): string {
  const glob = parseGlob(text);
  if (!glob.ok) throw RequestRefused.from(glob.problem);
  return glob.value;
}
