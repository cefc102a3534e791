// Names of nodes in URLs: what one looks like, and the refusals where it names no node, or several.
import type { NodeReport, NodeReportFilter } from '@confledger/application';
import { nearestWord } from '@confledger/document';
import { RequestRefused } from '../errors/request-refused.js';

/** Names of nodes. */
export const NODE_NAME_PATTERN = /^[A-Za-z0-9._:-]{1,128}$/;

/** Ledgers that a refusal names. */
const LEDGERS_SHOWN_MAX = 10;

/** A node's name, when it is one. */
export function checkNodeName(name: string): string {
  if (NODE_NAME_PATTERN.test(name)) return name;
  throw RequestRefused.of('NODE_NAME_INVALID', {
    path: 'name',
    rule: 'node-name',
    message: `${JSON.stringify(name.slice(0, 160))} cannot be the name of a node`,
  });
}

/** The refusal for a node that is not among `known`, with the other ledgers that it reports for, or else the nearest name. */
export function nodeUnknown(name: string, filter: NodeReportFilter, known: readonly NodeReport[]): RequestRefused {
  const elsewhere = known.filter((report) => report.name === name);
  const nearest = nearestWord(
    name,
    known.filter((report) => isWithin(report, filter)).map((report) => report.name),
  );
  const hint =
    elsewhere.length > 0 ? `; it reports for ${ledgersOf(elsewhere)}` : nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return RequestRefused.of('NODE_UNKNOWN', {
    path: 'name',
    rule: 'node-known',
    message: `No node ${name} has reported${filterText(filter)}${hint}`,
  });
}

/** The refusal where a node reports for several ledgers, with their names. */
export function nodeAmbiguous(name: string, reports: readonly NodeReport[]): RequestRefused {
  const [first] = reports;
  return RequestRefused.of('NODE_AMBIGUOUS', {
    path: 'name',
    rule: 'node-of-one-ledger',
    message: `${name} reports for ${reports.length} ledgers: ${ledgersOf(reports)}`,
    remedy: `Name one of them, such as ?environment=${first?.environment ?? ''}&service=${first?.service ?? ''}.`,
  });
}

function isWithin({ environment, service }: NodeReport, filter: NodeReportFilter): boolean {
  return (filter.environment ?? environment) === environment && (filter.service ?? service) === service;
}

/** ` for production/engine`, or nothing. */
function filterText({ environment, service }: NodeReportFilter): string {
  if (service === undefined) return environment === undefined ? '' : ` in ${environment}`;
  return ` for ${environment === undefined ? service : `${environment}/${service}`}`;
}

function ledgersOf(reports: readonly NodeReport[]): string {
  const shown = reports.slice(0, LEDGERS_SHOWN_MAX).map(({ environment, service }) => `${environment}/${service}`);
  return [...shown, ...(reports.length > shown.length ? ['…'] : [])].join(', ');
}
