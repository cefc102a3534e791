// The schemas of what clients send and get about environments.
import { z } from 'zod';
import type {
  AncestorItem,
  DefineEnvironmentQuery,
  EnvironmentAnswer,
  EnvironmentBody,
  EnvironmentItem,
  EnvironmentPolicyItem,
  EnvironmentsAnswer,
  EnvironmentsQuery,
  EnvironmentWriteAnswer,
  EnvironmentWriteBody,
  EnvironmentWriteQuery,
} from '@confledger/contracts/http';
import { ENVIRONMENT_TYPES } from '@confledger/domain';
import { flag, reasons, type ShapeOf } from './requests.js';
import { count, environmentName, jsonObject, position, revision } from './values.js';

/** Parents that one request may name; an environment has at most 16 ancestors. */
const PARENTS_MAX = 100;

const type = z.enum(ENVIRONMENT_TYPES).meta({ description: 'Never changes; says which policy holds where none is named' });
const policyShape = {
  unknownSections: z.enum(['allowed', 'refused']),
  reasonRequired: z.boolean(),
  writes: z.enum(['draft', 'live']),
  inherited: z.enum(['explicit', 'automatic']),
  references: z
    .enum(['on', 'off'])
    .meta({ description: 'Whether strings with ${ are references, which are checked when they are written' }),
} satisfies ShapeOf<EnvironmentPolicyItem>;

export const environmentsQuery = z.strictObject({
  retired: z
    .enum(['true', 'false', 'all'])
    .optional()
    .meta({ description: 'true: retired environments only; all: these too. Default: false' }),
} satisfies ShapeOf<EnvironmentsQuery>);

const writeParameters = { ...reasons, dryRun: flag } satisfies ShapeOf<EnvironmentWriteQuery>;
export const environmentWriteQuery = z.strictObject(writeParameters);
export const defineEnvironmentQuery = z.strictObject({
  ...writeParameters,
  acceptOldNodes: flag,
} satisfies ShapeOf<DefineEnvironmentQuery>);

const writeMembers = { ...reasons, dryRun: z.boolean().optional() } satisfies ShapeOf<EnvironmentWriteBody>;
export const environmentWriteBody = z.strictObject(writeMembers);
const EDITION_EXPECTED = 'expected the number of an edition of the built-in schemas: 0 (none), 1, or a later one';
export const environmentBody = z.strictObject({
  ...writeMembers,
  type,
  inheritsFrom: z
    .array(environmentName)
    .max(PARENTS_MAX, `expected at most ${PARENTS_MAX} parents`)
    .optional()
    .meta({ description: 'Names of the parents, nearest first; none by default' }),
  abstract: z.boolean().optional().meta({ description: 'Never changes; false by default' }),
  properties: jsonObject.optional(),
  policy: z.strictObject(policyShape).partial().optional().meta({ description: 'Members that are left out are those of the type' }),
  edition: z
    .int(EDITION_EXPECTED)
    .min(0, EDITION_EXPECTED)
    .optional()
    .meta({ description: 'Of the built-in schemas; 0 has none. Default: the one in force, of a new environment the newest' }),
  acceptOldNodes: z.boolean().optional().meta({ description: 'Gives parents although some nodes cannot verify what has layers' }),
} satisfies ShapeOf<EnvironmentBody>);

const itemShape = {
  environment: z.string(),
  type,
  inheritsFrom: z.array(z.string()),
  abstract: z.boolean(),
  properties: jsonObject,
  policy: z.strictObject(policyShape),
  edition: count,
  retired: z.boolean(),
  revision,
} satisfies ShapeOf<EnvironmentItem>;

const environmentItem: z.ZodType<EnvironmentItem> = z.strictObject(itemShape).meta({ id: 'Environment' });

const ancestor: z.ZodType<AncestorItem> = z
  .strictObject({ environment: z.string(), parents: z.lazy(() => z.array(ancestor)) })
  .meta({ id: 'Ancestor' });

const answerShape = {
  ...itemShape,
  ancestors: z.array(ancestor),
  descendants: z.array(z.string()),
  position,
} satisfies ShapeOf<EnvironmentAnswer>;

export const environmentAnswer: z.ZodType<EnvironmentAnswer> = z.strictObject(answerShape);
export const environmentsAnswer: z.ZodType<EnvironmentsAnswer> = z.strictObject({
  items: z.array(environmentItem),
  next: z.null(),
  position,
});
export const environmentWriteAnswer: z.ZodType<EnvironmentWriteAnswer> = z.strictObject({
  ...answerShape,
  changed: z.boolean(),
  created: z.boolean(),
  dryRun: z.boolean(),
  commandId: z.string(),
  affected: z.strictObject({ pending: z.number().int().min(0), moved: z.number().int().min(0) }).nullable(),
} satisfies ShapeOf<EnvironmentWriteAnswer>);
