// The schemas of what clients send: the small envelope around a configuration, never the configuration itself, and the
// query parameters. `optional` and not `exactOptional`: zod would run the inner schema on what is absent, and throw its issues
// away. Texts in a query stay texts here; what they mean is read where each is used, with a code of its own.
import { z } from 'zod';
import type { NodeReportBody } from '@confledger/contracts';
import { REASON_CHARACTERS_MAX } from '@confledger/domain';
import { nodeState, rejectedVersion, runningVersion } from './lists.js';
import { environmentName, jsonObject, jsonValue, pathText, revision, serviceName } from './values.js';

const environment = environmentName.optional();
const reason = z.string().max(REASON_CHARACTERS_MAX).optional().meta({ description: 'Why; kept for ever beside the change' });
const flag = z.enum(['true', 'false']).optional();
const wholeNumber = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,15})$/, 'expected a whole number')
  .optional();

export const versionText = z.string().optional().meta({ description: 'latest (default), active, previous, a number, or a tag' });
export const atText = z.string().optional().meta({ description: 'An instant with offset, ISO 8601', example: '2026-07-31T14:05:00Z' });
export const consistency = z.enum(['linearizable', 'local']).optional().meta({ description: 'local: answered from what this api keeps' });

/** What a write may carry beside the change, in the body. */
const writeMembers = {
  environment,
  changeReason: reason,
  activate: z.union([z.boolean(), z.literal('all')], 'expected true, false or "all"').optional(),
  expectedVersion: revision.optional(),
  expectedActive: revision.nullable().optional(),
  dryRun: z.boolean().optional(),
  approvals: z.array(z.unknown()).max(0).optional().meta({ description: 'Not available yet: refused unless empty' }),
};

/** The same in the query. */
const writeParameters = {
  environment,
  changeReason: reason,
  activate: z.enum(['true', 'false', 'all']).optional(),
  expectedVersion: wholeNumber,
  expectedActive: z.union([wholeNumber.unwrap(), z.literal('null')], 'expected a whole number or null').optional(),
  dryRun: flag,
};

export const writeQuery = z.strictObject(writeParameters);
export const writeValueQuery = z.strictObject({ ...writeParameters, key: pathText });
export const tagQuery = z.strictObject({ ...writeParameters, move: flag });
export type WriteQuery = z.output<typeof writeQuery>;

export const optionsBody = z.strictObject(writeMembers);
export const configurationBody = z.strictObject({ ...writeMembers, configuration: jsonObject });
export const valueBody = z.strictObject({ ...writeMembers, value: jsonValue });
export const tagBody = z.strictObject({ ...writeMembers, move: z.boolean().optional() });
export type WriteBody = z.output<typeof optionsBody>;

const id = z.string().max(255).optional().meta({ description: 'Default: the index of the operation' });
export const batchOperation = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ id, type: z.literal('SET'), key: z.string(), value: jsonValue }),
    z.strictObject({ id, type: z.literal('DELETE'), key: z.string() }),
  ],
  'the type is SET or DELETE',
);
export const batchBody = z.strictObject({ ...writeMembers, operations: z.array(batchOperation).meta({ minItems: 1, maxItems: 10_000 }) });

const selection = { environment, version: versionText, at: atText, consistency };
export const readQuery = z.strictObject({ ...selection, format: z.enum(['nested', 'flat']).optional() });
export const valueQuery = z.strictObject(selection);
export const keyQuery = z.strictObject({ ...selection, key: pathText });
export const keysQuery = z.strictObject({
  ...selection,
  key: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .meta({ description: 'A path; may be repeated' }),
  keys: z.string().optional().meta({ description: 'Paths without commas, separated by commas' }),
});

const page = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'expected a whole number from 1 to 500')
    .optional()
    .meta({ description: '50 unless told; at most 500' }),
  cursor: z.string().max(4_096).optional(),
};
const positioned = { ...page, atLeast: z.string().optional().meta({ description: 'Wait until the read model has reached this position' }) };

export const ledgersQuery = z.strictObject({ environment, ...positioned });
export const versionsQuery = z.strictObject({ environment, ...positioned });
export const versionQuery = z.strictObject({ environment, atLeast: positioned.atLeast });
export const historyQuery = z.strictObject({ environment, key: pathText, ...positioned });
export const auditQuery = z.strictObject({
  environment,
  service: serviceName.optional(),
  key: z.string().optional().meta({ description: 'A glob over paths: * is one segment, ** any number', example: 'risk.**' }),
  actor: z.string().optional(),
  type: z.string().optional().meta({ example: 'ConfigSet' }),
  from: atText,
  to: atText,
  ...positioned,
});
export const diffQuery = z.strictObject({
  environment,
  from: z.string().optional().meta({ description: 'A version; default active' }),
  to: z.string().optional().meta({ description: 'A version; default latest' }),
  fromAt: atText,
  toAt: atText,
  consistency,
  ...page,
});
export const nodesQuery = z.strictObject({ environment, service: serviceName.optional() });
export const feedQuery = z.strictObject({ environment, service: serviceName });
export const noQuery = z.strictObject({});
export const environmentQuery = z.strictObject({ environment });

export const nodeReportBody = z.strictObject({
  environment: environmentName,
  service: serviceName,
  state: nodeState,
  running: runningVersion.nullable(),
  rejected: rejectedVersion.nullable(),
}) satisfies z.ZodType<NodeReportBody>;
