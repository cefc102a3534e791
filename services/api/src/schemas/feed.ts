// The schemas of the feed's events, for the OpenAPI document.
import { z } from 'zod';
import type { ActivationMarker, FeedBeat, FeedDocument, FeedEventName, FeedEvents, FeedLeaf } from '@confledger/contracts';
import { KEY_ID_PATTERN, layer, SIGNATURE_PATTERN } from './answers.js';
import { count, digest, instant, jsonObject, jsonValue, position, revision, versionNumber } from './values.js';

const path = z.string().meta({ description: 'The path of a leaf; a dot inside a name is written \\.' });
const version = revision.meta({ description: 'The version of the activation that this belongs to' });

const leaf: z.ZodType<FeedLeaf> = z
  .union([z.strictObject({ path, value: jsonValue, version }), z.strictObject({ path, version, removed: z.literal(true) })])
  .meta({ id: 'FeedLeaf', description: 'A leaf of the active document, or with removed its removal. It counts when active has followed.' });

const document: z.ZodType<FeedDocument> = z
  .strictObject({
    configuration: jsonObject.meta({ description: 'The whole active document' }),
    seals: jsonObject.meta({ description: 'Values that are sealed, by path: empty until a later release; ignore what you do not know' }),
    version,
  })
  .meta({
    id: 'FeedDocument',
    description: 'In place of every leaf, to a client that asks for it. It counts when active has followed.',
  });

const markerShape = {
  origin: z.string().meta({ description: "Id of the ledger's first event: with another one it is another ledger" }),
  activation: revision.meta({ description: 'Orders activations' }),
  version: revision,
  previous: versionNumber,
  digest: digest.meta({ description: 'Of the whole active document: SHA-256 of its canonical JSON, lower-case hex' }),
  changes: count.meta({ description: 'Leaves that were sent for this activation' }),
  keyId: z.string().regex(KEY_ID_PATTERN),
  signature: z.string().regex(SIGNATURE_PATTERN).meta({ description: 'Ed25519 over the statement of the activation, base64url' }),
  actor: z.string(),
  occurredAt: instant,
};

const layeredShape = {
  previousActivation: revision.nullable(),
  own: digest.meta({ description: "Of the ledger's own document, without layers" }),
  layers: z.array(layer),
  restart: z.array(z.string()).meta({ description: 'Globs of paths whose change needs a restart of the node' }),
  pinned: z.boolean(),
  definition: revision.nullable(),
  previousHash: z.string(),
};

const active: z.ZodType<ActivationMarker> = z
  .union([
    z.strictObject(markerShape).meta({ description: 'With a statement of form 1' }),
    z.strictObject({ ...markerShape, ...layeredShape }).meta({ description: 'With a statement of form 2' }),
  ])
  .meta({ id: 'FeedActive', description: 'An activation whose leaves have all been sent. Check digest and signature, then take it over.' });

const beat: z.ZodType<FeedBeat> = z
  .strictObject({
    installation: z.string(),
    incarnation: z.string(),
    position,
    time: instant,
    partitions: z.int().min(1),
    mark: z.strictObject({ stream: z.string(), revision, id: z.string() }).exactOptional(),
  })
  .meta({ id: 'FeedBeat', description: 'A sign of life, about every 5 s: the feed is complete up to this position of the log.' });

/** The schema of each event's data. */
export const FEED_EVENT_SCHEMAS: { readonly [N in FeedEventName]: z.ZodType<FeedEvents[N]> } = {
  reset: z
    .strictObject({ incarnation: z.string() })
    .meta({ id: 'FeedReset', description: 'Everything is sent anew: forget the leaves gathered so far; what runs goes on running.' }),
  document,
  leaf,
  active,
  synchronized: z
    .strictObject({})
    .meta({ id: 'FeedSynchronized', description: 'Everything there was when you came has been sent, also where nothing is active.' }),
  beat,
};
