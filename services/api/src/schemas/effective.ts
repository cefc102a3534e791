// The schemas of effective documents, of explained leaves, and of activations as they were recorded.
import { z } from 'zod';
import type {
  ActivationItem,
  ActivationItemAnswer,
  EffectiveAnswer,
  ExplainAnswer,
  LeafTuple,
  OverriddenTuple,
} from '@confledger/contracts/http';
import { activationSource, layer, readMembers, standingMembers, truncated } from './answers.js';
import { count, digest, instant, jsonObject, jsonValue, revision, shownValue, versionNumber } from './values.js';

const layers = z.array(layer);

export const effectiveAnswer: z.ZodType<EffectiveAnswer> = z.strictObject({ ...readMembers, configuration: jsonObject, layers });

const sourceShape = {
  ledger: z.string(),
  version: versionNumber,
  revision,
  activation: revision.nullable(),
  occurredAt: instant.nullable(),
  actor: z.string().nullable(),
  reason: z.string().nullable(),
};
const leafSource = z.strictObject(sourceShape).meta({ id: 'LeafSource' });

const sourceIndex = count.meta({ description: 'Index in sources' });
const overriddenTuple: z.ZodType<OverriddenTuple> = z
  .tuple([z.string(), shownValue, sourceIndex.nullable()])
  .meta({ description: 'Ledger, value, index in sources; null for an object' });
const leafTuple: z.ZodType<LeafTuple> = z
  .tuple([z.string(), jsonValue, sourceIndex, z.array(overriddenTuple)])
  .meta({ description: 'Path, value, index in sources, and what it overrides, nearest first' });

const overridden = z.strictObject({ ...sourceShape, revision: revision.nullable(), value: shownValue });
const explainedItem = z.strictObject({ ...sourceShape, path: z.string(), value: jsonValue, overrides: z.array(overridden) });
const explainedShape = { ...readMembers, layers, truncated };

export const explainAnswer: z.ZodType<ExplainAnswer> = z.union([
  z.strictObject({ ...explainedShape, sources: z.array(leafSource), leaves: z.array(leafTuple) }),
  z.strictObject({ ...explainedShape, key: z.string(), items: z.array(explainedItem) }),
]);

export const activationItem: z.ZodType<ActivationItem> = z
  .strictObject({
    activation: revision,
    version: revision,
    previousActivation: revision.nullable(),
    digest,
    own: digest,
    layers,
    pinned: z.boolean(),
    definition: revision.nullable(),
    restart: z.array(z.string()),
    actor: z.string(),
    reason: z.string().nullable(),
    occurredAt: instant,
    rollbackTo: versionNumber,
    source: activationSource.nullable(),
  })
  .meta({ id: 'RecordedActivation' });

export const activationItemAnswer: z.ZodType<ActivationItemAnswer> = z.strictObject({ ...standingMembers, item: activationItem });
