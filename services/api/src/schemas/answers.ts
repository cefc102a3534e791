// The schemas of the answers about ledgers: checked against the types of contracts, printed in the OpenAPI document, and
// held against every answer in the tests. In production no answer is validated: that would cost more than making it.
import { z } from 'zod';
import {
  ERROR_CODES,
  type ActivationAnswer,
  type ActivationSource,
  type Change,
  type ConfigurationAnswer,
  type DiffAnswer,
  type ErrorCode,
  type Failure,
  type BlockedLedger,
  type LayerItem,
  type LayerMoved,
  type MinimalAnswer,
  type PathAndValue,
  type PromotionAnswer,
  type RollbackAnswer,
  type Standing,
  type Success,
  type TagAnswer,
  type Truncated,
  type ValueAnswer,
  type ValuesAnswer,
  type WriteAnswer,
} from '@confledger/contracts/http';
import { problemDetail, writeRuleMembers } from './violations.js';
import { count, digest, instant, jsonObject, jsonValue, position, revision, shownValue, versionNumber } from './values.js';

/** One envelope for each data: the OpenAPI document, which each api makes, keeps what it has made of a schema. */
const ENVELOPES = new WeakMap<z.ZodType, z.ZodType>();

/** The envelope around the data of an answer. */
export function successOf<T>(data: z.ZodType<T>): z.ZodType<Success<T>> {
  const made = ENVELOPES.get(data) ?? z.strictObject({ success: z.literal(true), data, timestamp: instant });
  ENVELOPES.set(data, made);
  return made as z.ZodType<Success<T>>;
}

/** Details that a failure shows. */
export const DETAILS_SHOWN_MAX = 100;
export const details = z.array(problemDetail).max(DETAILS_SHOWN_MAX);

export const truncated: z.ZodType<Truncated> = z
  .array(z.string())
  .meta({ description: 'The members that hold only the first of what there is, by name' });

/** The members of every failure. */
export const failureMembers = {
  success: z.literal(false),
  error: z.string(),
  code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]),
  requestId: z.string(),
  timestamp: instant,
};

export const failureAnswer: z.ZodType<Failure> = z
  .strictObject({ ...failureMembers, details, detailCount: count.exactOptional(), truncated: truncated.exactOptional() })
  .meta({ id: 'Failure' });

const blockedLedger: z.ZodType<BlockedLedger> = z.strictObject({ ledger: z.string(), code: z.string(), message: z.string() });
const layerMoved: z.ZodType<LayerMoved> = z.strictObject({ ledger: z.string(), from: revision.nullable(), to: revision.nullable() });

/** What a change set was made from. */
export const activationSource: z.ZodType<ActivationSource> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rollback'),
    version: revision,
    activation: revision.nullable(),
    acceptedViolationCount: count.exactOptional().meta({ description: 'Violations that whoever rolled back accepted' }),
  }),
  z.strictObject({ kind: z.literal('promotion'), ledger: z.string(), version: revision }),
  z.strictObject({ kind: z.literal('inheritance') }),
]);

/** What a standing, and a ledger of a list, says of what could be inherited. */
export const inheritingMembers = {
  pendingBecause: z.array(z.enum(['own', 'layers', 'schemas', 'ancestors'])),
  inherited: z.strictObject({ newer: z.array(layerMoved) }).nullable(),
  pin: z.strictObject({ activation: revision, actor: z.string(), pinnedAt: z.iso.datetime() }).nullable(),
};

const standingShape = {
  environment: z.string(),
  service: z.string(),
  version: versionNumber,
  active: versionNumber,
  activation: revision.nullable(),
  pending: count,
  ...inheritingMembers,
  digest,
  position,
};

export const standing: z.ZodType<Standing> = z.strictObject(standingShape);

/** The members of a standing, for the answers that add to it. */
export const standingMembers = standingShape;

export const change: z.ZodType<Change> = z
  .strictObject({
    path: z.string(),
    before: shownValue.exactOptional(),
    after: shownValue.exactOptional(),
    inherited: shownValue.exactOptional(),
  })
  .meta({ id: 'Change' });

export const layer: z.ZodType<LayerItem> = z.strictObject({
  ledger: z.string(),
  origin: z.string(),
  activation: revision,
  version: revision,
  digest,
});

/** 64 bits of the SHA-256 of a public key, and an Ed25519 signature. */
export const KEY_ID_PATTERN = /^[0-9a-f]{16}$/;
export const SIGNATURE_PATTERN = /^[A-Za-z0-9_-]{86}$/;

const ofDryRuns = { description: 'Null in the answer to a dry run, which signs nothing' };

const activated: z.ZodType<ActivationAnswer> = z
  .strictObject({
    activation: revision.nullable().meta(ofDryRuns),
    version: revision,
    previous: versionNumber,
    previousActivation: revision.nullable(),
    digest,
    own: digest,
    layers: z.array(layer),
    restart: z.array(z.string()),
    pinned: z.boolean(),
    definition: revision.nullable(),
    keyId: z.string().regex(KEY_ID_PATTERN).nullable().meta(ofDryRuns),
    signature: z.string().regex(SIGNATURE_PATTERN).nullable().meta(ofDryRuns),
    layersMoved: z.array(layerMoved),
    tookLive: z.array(revision),
    tookLiveCount: count,
  })
  .meta({ id: 'Activation' });

const writeShape = {
  ...standingShape,
  changed: z.boolean(),
  created: z.boolean(),
  dryRun: z.boolean(),
  commandId: z.string(),
  changeCount: count,
  changes: z.array(change).max(100),
  redundantCount: count.nullable(),
  ...writeRuleMembers,
  truncated,
  activated: activated.nullable(),
  next: z.strictObject({ method: z.literal('POST'), url: z.string() }).nullable(),
};

/** The members of the answer to a write, for those that add to it. */
export const writeMembersOfAnswer = writeShape;

export const writeAnswer: z.ZodType<WriteAnswer> = z.strictObject(writeShape).meta({ id: 'Write' });

export const minimalAnswer: z.ZodType<MinimalAnswer> = z
  .strictObject({ version: versionNumber, changed: z.boolean(), position })
  .meta({ id: 'Minimal' });

export const rollbackAnswer: z.ZodType<RollbackAnswer> = z.strictObject({
  ...writeShape,
  rollback: z.strictObject({
    version: revision,
    activation: revision.nullable(),
    digest,
    own: digest,
    before: z.strictObject({ version: revision, activation: revision, digest, own: digest }).nullable(),
    otherActivations: z.array(revision),
    layers: z.array(layerMoved),
    blocked: z.array(blockedLedger),
  }),
});

const pathAndValue: z.ZodType<PathAndValue> = z.strictObject({ path: z.string(), value: shownValue });

export const promotionAnswer: z.ZodType<PromotionAnswer> = z.strictObject({
  ...writeShape,
  promotion: z
    .strictObject({
      from: z.string(),
      version: revision,
      skipped: z.array(pathAndValue).max(100),
      lacking: z.array(pathAndValue).max(100),
      hidesDiffer: z.boolean(),
      stillDiffer: z.array(change).max(100),
      stillDifferCount: count,
    })
    .nullable(),
});

export const tagAnswer: z.ZodType<TagAnswer> = z.strictObject({ ...writeShape, tag: z.string() });

const readShape = { ...standingShape, provisional: z.boolean() };

export const configurationAnswer: z.ZodType<ConfigurationAnswer> = z.strictObject({ ...readShape, configuration: jsonObject });

export const valueAnswer: z.ZodType<ValueAnswer> = z.strictObject({
  ...readShape,
  key: z.string(),
  value: jsonValue,
  revision: revision.nullable(),
});

export const valuesAnswer: z.ZodType<ValuesAnswer> = z.strictObject({ ...readShape, values: jsonObject, missing: z.array(z.string()) });

/** The members of every reading of a document. */
export const readMembers = readShape;

const diffSide = z.strictObject({
  version: versionNumber,
  digest,
  effective: z.boolean(),
  activation: revision.nullable(),
  layers: z.array(layer),
});

export const diffAnswer: z.ZodType<DiffAnswer> = z.strictObject({
  ...standingShape,
  from: diffSide,
  to: diffSide,
  changeCount: count,
  items: z.array(change),
  next: z.string().nullable(),
});
