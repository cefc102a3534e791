// Links of the OpenAPI document: which calls follow from an answer, with the parameters that it gives them.
import type { OperationName } from '@confledger/contracts/http';
import type { Endpoint } from '../endpoint.js';
import type { Json } from './json-schema.js';

/** A link: parameters by place and name, as runtime expressions. */
interface Link {
  readonly operationId: OperationName;
  readonly description: string;
  readonly parameters: { readonly [parameter: `${'path' | 'query'}.${string}`]: `$${string}` };
}

const SERVICE = { 'path.service': '$request.path.service' } as const;

/** Writes that make versions. Tags and retirement make none. */
const WRITES: ReadonlySet<OperationName> = new Set([
  'createConfiguration',
  'replaceConfiguration',
  'replaceConfigurationIn',
  'mergeConfiguration',
  'deleteConfiguration',
  'setValue',
  'setValueByKey',
  'deleteValue',
  'deleteValueByKey',
  'writeBatch',
  'promote',
  'setSchema',
  'removeSchema',
]);

const ACTIVATIONS: ReadonlySet<OperationName> = new Set(['activate', 'activateVersion']);

/** The links of the answers of an operation that worked; undefined where there are none. */
export function linksOf({ name }: Endpoint): Json | undefined {
  const links = [
    ...(WRITES.has(name) ? linksOfWrite(name === 'writeBatch' ? '/commit' : '/data') : []),
    ...(ACTIVATIONS.has(name) ? [LINK_TO_ROLLBACK] : []),
    ...(name === 'createConfiguration' ? LINKS_OF_CREATION : []),
  ];
  if (links.length === 0) return undefined;
  return Object.fromEntries(links.map((link) => [link.operationId, link]));
}

/** `standing` is the JSON Pointer of what says where the ledger stands. */
function linksOfWrite(standing: '/data' | '/commit'): readonly Link[] {
  const version = `$response.body#${standing}/version` as const;
  const ledger = { ...SERVICE, 'query.environment': `$response.body#${standing}/environment` } as const;
  return [
    {
      operationId: 'activateVersion',
      description: 'Takes live what was written, and what is pending below it',
      parameters: { ...ledger, 'path.version': version },
    },
    {
      operationId: 'readVersion',
      description: 'The version as a list shows it: author, reason, changes, activations',
      parameters: { ...ledger, 'path.version': version },
    },
    {
      operationId: 'readDifference',
      description: 'What would go live: from the active version to the one that was written',
      parameters: { ...ledger, 'query.to': version },
    },
  ];
}

const LEDGER = { ...SERVICE, 'query.environment': '$response.body#/data/environment' } as const;

const LINK_TO_ROLLBACK: Link = {
  operationId: 'rollBack',
  description: 'Back to the version that was active before; of the first activation there is none',
  parameters: { ...LEDGER, 'path.version': '$response.body#/data/activated/previous' },
};

const LINKS_OF_CREATION: readonly Link[] = [
  { operationId: 'readConfiguration', description: 'The document', parameters: LEDGER },
  { operationId: 'retireConfiguration', description: 'Retires a ledger that was made by mistake', parameters: LEDGER },
];
