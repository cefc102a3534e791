// The schemas of what clients send: the small envelope around a configuration, never the configuration itself, and the
// query parameters. `optional` and not `exactOptional`: zod would run the inner schema on what is absent, and throw its issues
// away. Texts in a query stay texts here; what they mean is read where each is used, with a code of its own.
import { z } from 'zod';
import type {
  ActivateBody,
  ActivateQuery,
  ActivateVersionQuery,
  PromoteBody,
  RollbackBody,
  RollbackQuery,
  AuditQuery,
  ConfigurationBody,
  ConfigurationsQuery,
  ContentQuery,
  ContentWriteQuery,
  DifferenceQuery,
  DocumentQuery,
  EffectiveDocumentQuery,
  EffectiveQuery,
  EnvironmentQuery,
  ExplainQuery,
  FeedQuery,
  HistoryQuery,
  PathWriteQuery,
  PathQuery,
  PathsQuery,
  NodeReportBody,
  NodesQuery,
  PageQuery,
  PathContentWriteQuery,
  PathNaming,
  PositionedQuery,
  RawQuery,
  SealBody,
  SelectionQuery,
  TagBody,
  TagQuery,
  ValueBody,
  ValueQuery,
  VersionQuery,
  WriteBody,
  WriteQuery,
} from '@confledger/contracts/http';
import { PROMOTED_PATHS_MAX, REASON_CHARACTERS_MAX } from '@confledger/domain';
import { nodeState, problemAt, PROBLEMS_MAX, rejectedVersion, resolutionReport, runningVersion } from './lists.js';
import { INSTANT_TEXT, PAGE_LIMIT_TEXT, PLAIN_TEXT, POSITION_TEXT, SOME_TEXT } from './texts.js';
import { NAME_PATTERN } from '../request/environments.js';
import { environmentName, jsonObject, jsonValue, pathText, revision, serviceName } from './values.js';

/** A schema for each member of a shape of the contract: a member that is missing, or one too many, does not compile. */
export type ShapeOf<T> = { readonly [P in keyof T]-?: z.ZodType<T[P]> };

export const environment = environmentName.optional();
const reasonText = z.string().max(REASON_CHARACTERS_MAX).meta(PLAIN_TEXT).optional();
/** Why a write is made, by either word. */
export const reasons = {
  reason: reasonText.meta({ description: 'Why; kept for ever beside the change' }),
  changeReason: reasonText.meta({ description: 'The same as reason' }),
};
const pathNaming = {
  path: pathText.optional().meta({ description: 'A path; a dot inside a name is written \\.. Either path or key is needed' }),
  key: pathText.optional().meta({ description: 'The same as path' }),
} satisfies ShapeOf<PathNaming>;
/** A flag of a query. */
export const flag = z.enum(['true', 'false']).optional();
const wholeNumber = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,15})$/, 'expected a whole number')
  .optional();

const versionText = z.string().meta(SOME_TEXT).optional().meta({ description: 'latest (default), active, previous, a number, or a tag' });
const atText = z
  .string()
  .meta(INSTANT_TEXT)
  .optional()
  .meta({ description: 'An instant with offset, ISO 8601', example: '2026-07-31T14:05:00Z' });
const consistency = z.enum(['linearizable', 'local']).optional().meta({ description: 'local: answered from what this api keeps' });

const digestText = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');

/** What a write may carry beside the change, in the body. */
export const writeMembers = {
  environment,
  ...reasons,
  activate: z.union([z.boolean(), z.literal('all')], 'expected true, false or "all"').optional(),
  expectedVersion: revision.optional(),
  expectedActive: revision.nullable().optional(),
  expectedActivation: revision.nullable().optional().meta({ description: 'The activation that was seen to run; null: none' }),
  expectedDigest: digestText.optional().meta({ description: 'Of the document that would run, as a diff or a dry run showed it' }),
  acceptBlocked: z.boolean().optional().meta({ description: 'Goes on although ledgers that follow could not take it over' }),
  acceptOldNodes: z.boolean().optional().meta({ description: 'Goes on although live nodes cannot verify what would be signed' }),
  dryRun: z.boolean().optional(),
  approvals: z.array(z.unknown()).max(0).optional().meta({ description: 'Not available yet: refused unless empty' }),
} satisfies ShapeOf<WriteBody>;

/** The same in the query. */
export const writeParameters = {
  environment,
  ...reasons,
  activate: z.enum(['true', 'false', 'all']).optional(),
  expectedVersion: wholeNumber,
  expectedActive: z.union([wholeNumber.unwrap(), z.literal('null')], 'expected a whole number or null').optional(),
  expectedActivation: z.union([wholeNumber.unwrap(), z.literal('null')], 'expected a whole number or null').optional(),
  expectedDigest: digestText.optional(),
  acceptOldNodes: flag,
  acceptBlocked: flag,
  dryRun: flag,
} satisfies ShapeOf<WriteQuery>;

const contentParameter = {
  content: z
    .enum(['plain'])
    .optional()
    .meta({ description: 'plain: the body is the document or the value itself; the rest stands in the query' }),
} satisfies ShapeOf<ContentQuery>;

export const writeQuery = z.strictObject(writeParameters);
const activationLayers = z
  .enum(['newest', 'kept'], 'expected newest or kept')
  .optional()
  .meta({ description: 'Which activations of the parents it is laid over: the newest (default), or those that run' });
const rollbackLayers = z
  .enum(['recorded', 'kept', 'newest'], 'expected recorded, kept or newest')
  .optional()
  .meta({ description: 'Which activations of the parents it is laid over: those it ran over (default), those that run, or the newest' });
const rollbackSchemas = z
  .enum(['current', 'restore'], 'expected current or restore')
  .optional()
  .meta({ description: 'restore: gives back the own schemas of the activation too. Default: current, which leaves them' });
const activateVersionParameters = { ...writeParameters, layers: activationLayers } satisfies ShapeOf<ActivateVersionQuery>;
export const activateVersionQuery = z.strictObject(activateVersionParameters);
export const activateQuery = z.strictObject({ ...activateVersionParameters, version: versionText } satisfies ShapeOf<ActivateQuery>);
export const rollbackQuery = z.strictObject({
  ...writeParameters,
  layers: rollbackLayers,
  schemas: rollbackSchemas,
  acceptViolations: flag,
} satisfies ShapeOf<RollbackQuery>);
export const contentWriteQuery = z.strictObject({ ...writeParameters, ...contentParameter } satisfies ShapeOf<ContentWriteQuery>);
export const pathContentWriteQuery = z.strictObject({
  ...writeParameters,
  ...pathNaming,
  ...contentParameter,
} satisfies ShapeOf<PathContentWriteQuery>);
export const writeValueQuery = z.strictObject({ ...writeParameters, ...pathNaming } satisfies ShapeOf<PathWriteQuery>);
export const tagQuery = z.strictObject({ ...writeParameters, move: flag } satisfies ShapeOf<TagQuery>);

export const optionsBody = z.strictObject(writeMembers);
export const activateBody = z.strictObject({ ...writeMembers, layers: activationLayers } satisfies ShapeOf<ActivateBody>);
export const rollbackBody = z.strictObject({
  ...writeMembers,
  layers: rollbackLayers,
  schemas: rollbackSchemas,
  acceptViolations: z.boolean().optional().meta({ description: 'Goes on although the rules of today refuse what is given back' }),
} satisfies ShapeOf<RollbackBody>);
export const configurationBody = z.strictObject({ ...writeMembers, configuration: jsonObject } satisfies ShapeOf<ConfigurationBody>);
export const valueBody = z.strictObject({ ...writeMembers, value: jsonValue } satisfies ShapeOf<ValueBody>);
export const tagBody = z.strictObject({ ...writeMembers, move: z.boolean().optional() } satisfies ShapeOf<TagBody>);

export const promoteBody = z.strictObject({
  ...writeMembers,
  from: z
    .string('expected the name of an environment, as GET /environments lists them')
    .regex(NAME_PATTERN, 'expected the name of an environment, as GET /environments lists them')
    .meta({ description: 'The environment of the source: its ledger of the same service', example: 'staging' }),
  version: z
    .union([z.string().meta(SOME_TEXT), revision])
    .optional()
    .meta({ description: 'active (default), latest, previous, a number, or a tag' }),
  paths: z
    .array(pathText)
    .min(1, 'expected at least one path')
    .max(PROMOTED_PATHS_MAX)
    .optional()
    .meta({ description: 'Leaves or whole subtrees; absent: everything' }),
  prune: z.boolean().optional().meta({ description: 'Deletes own leaves of the target that the source lacks' }),
} satisfies ShapeOf<PromoteBody>);

const selection = { environment, version: versionText, at: atText, consistency } satisfies ShapeOf<SelectionQuery>;
const rawParameter = {
  raw: flag.meta({ description: 'true: the document or the value alone, without an envelope' }),
} satisfies ShapeOf<RawQuery>;
export const documentQuery = z.strictObject({
  ...selection,
  ...rawParameter,
  format: z.enum(['nested', 'flat']).optional(),
} satisfies ShapeOf<DocumentQuery>);
export const valueQuery = z.strictObject({ ...selection, ...rawParameter } satisfies ShapeOf<ValueQuery>);
export const keyQuery = z.strictObject({ ...selection, ...rawParameter, ...pathNaming } satisfies ShapeOf<PathQuery>);
const effectiveSelection = {
  ...selection,
  layers: activationLayers.meta({
    description: 'Which activations of the parents it is laid over: the newest (default), or those that run. With at: those that ran then',
  }),
  activation: wholeNumber.meta({ description: 'What this activation took live, in place of a version' }),
} satisfies ShapeOf<EffectiveQuery>;
export const effectiveQuery = z.strictObject({
  ...effectiveSelection,
  ...rawParameter,
  format: z.enum(['nested', 'flat']).optional(),
} satisfies ShapeOf<EffectiveDocumentQuery>);
export const explainQuery = z.strictObject({ ...effectiveSelection, ...pathNaming } satisfies ShapeOf<ExplainQuery>);
const repeatedPath = z.union([pathText, z.array(pathText)]).optional();
export const keysQuery = z.strictObject({
  ...selection,
  path: repeatedPath.meta({ description: 'A path; may be repeated. At least one of path, key and keys is needed' }),
  key: repeatedPath.meta({ description: 'The same as path' }),
  keys: z.string().meta(SOME_TEXT).optional().meta({ description: 'Paths without commas, separated by commas' }),
} satisfies ShapeOf<PathsQuery>);

const page = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'expected a whole number from 1 to 500')
    .meta(PAGE_LIMIT_TEXT)
    .optional()
    .meta({ description: '50 by default; at most 500' }),
  cursor: z.string().max(4_096).meta(PLAIN_TEXT).optional(),
} satisfies ShapeOf<PageQuery>;
const atLeast = z.string().meta(POSITION_TEXT).optional().meta({ description: 'Wait until the read model has reached this position' });
const positioned = { environment, ...page, atLeast } satisfies ShapeOf<PositionedQuery>;

export const positionedQuery = z.strictObject(positioned);
export const configurationsQuery = z.strictObject({
  ...positioned,
  retired: z.enum(['true', 'false', 'all']).optional().meta({ description: 'true: retired ledgers only; all: these too. Default: false' }),
} satisfies ShapeOf<ConfigurationsQuery>);
export const versionQuery = z.strictObject({ environment, atLeast } satisfies ShapeOf<VersionQuery>);
export const historyQuery = z.strictObject({ environment, ...pathNaming, ...page, atLeast } satisfies ShapeOf<HistoryQuery>);
export const auditQuery = z.strictObject({
  environment,
  service: serviceName.optional(),
  path: z
    .string()
    .meta(SOME_TEXT)
    .optional()
    .meta({ description: 'A glob over paths: * is one segment, ** any number', example: 'risk.**' }),
  key: z.string().meta(SOME_TEXT).optional().meta({ description: 'The same as path' }),
  actor: z.string().meta(PLAIN_TEXT).optional(),
  type: z.string().meta(PLAIN_TEXT).optional().meta({ example: 'ConfigSet' }),
  from: atText,
  to: atText,
  ...page,
  atLeast,
} satisfies ShapeOf<AuditQuery>);
export const diffQuery = z.strictObject({
  environment,
  from: z.string().meta(SOME_TEXT).optional().meta({ description: 'A version; default active' }),
  to: z.string().meta(SOME_TEXT).optional().meta({ description: 'A version; default latest' }),
  layers: activationLayers.meta({
    description: 'What the side that is not active or previous is laid over, where the other is: the newest (default), or what runs',
  }),
  fromAt: atText,
  toAt: atText,
  consistency,
  ...page,
} satisfies ShapeOf<DifferenceQuery>);
export const nodesQuery = z.strictObject({ environment, service: serviceName.optional() } satisfies ShapeOf<NodesQuery>);
export const feedQuery = z.strictObject({ environment, service: serviceName } satisfies ShapeOf<FeedQuery>);
export const noQuery = z.strictObject({});
export const environmentQuery = z.strictObject({ environment } satisfies ShapeOf<EnvironmentQuery>);

/** The query parameters of all calls. */
export const QUERY_PARAMETERS: ReadonlySet<string> = new Set(
  [tagQuery, writeValueQuery, documentQuery, keysQuery, historyQuery, auditQuery, diffQuery, effectiveQuery, rollbackQuery].flatMap(
    ({ shape }) => Object.keys(shape),
  ),
);

/** Not strict at any depth: a newer node may report more than this api knows. */
export const nodeReportBody = z.object({
  environment: environmentName,
  service: serviceName,
  state: nodeState,
  running: z.object(runningVersion.shape).nullable(),
  rejected: z.object({ ...rejectedVersion.shape, problems: z.array(z.object(problemAt.shape)).max(PROBLEMS_MAX) }).nullable(),
  ...resolutionReport.shape,
} satisfies ShapeOf<NodeReportBody>);

/** Streams that one call can name. */
const STREAMS_MAX = 1_000;

export const sealBody = z.strictObject({
  confirm: z.literal(true, 'expected true').optional().meta({ description: 'Must be true unless dryRun is: sealing cannot be undone' }),
  streams: z
    .array(z.string().max(255))
    .min(1, 'expected at least one stream')
    .max(STREAMS_MAX, `expected at most ${STREAMS_MAX} streams`)
    .optional()
    .meta({ description: 'With dryRun: streams of an installation that is sealed already; absent: the whole log, once' }),
  ends: z
    .array(z.strictObject({ stream: z.string().max(255), revision, hash: z.string().max(255) }))
    .min(1, 'expected at least one end')
    .max(STREAMS_MAX, `expected at most ${STREAMS_MAX} ends`)
    .optional()
    .meta({ description: 'With confirm: the ends of the dry run that named the streams; refused when a stream has changed since' }),
  dryRun: z.boolean().optional(),
} satisfies ShapeOf<SealBody>);
