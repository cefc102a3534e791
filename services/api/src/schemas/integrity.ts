// The schemas of single events, and of the lines of a verification.
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type SealAnswer, type StoredEventAnswer, type VerificationLine } from '@confledger/contracts/http';
import { truncated } from './answers.js';
import { count, position, revision } from './values.js';

export const storedEventAnswer: z.ZodType<StoredEventAnswer> = z.strictObject({
  position,
  id: z.string(),
  stream: z.string(),
  revision,
  type: z.string(),
  data: z.string().meta({ description: 'The JSON text as stored' }),
  metadata: z.string().meta({ description: 'The JSON text as stored' }),
});

export const verificationLine: z.ZodType<VerificationLine> = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('progress'),
      step: z.enum(['events', 'activations']),
      position,
      of: position,
      eventCount: count,
      streamCount: count,
      ledgerCount: count,
      findingCount: count,
    }),
    z.strictObject({ kind: z.literal('finding'), stream: z.string(), revision, position: position.nullable(), error: z.string() }),
    z.strictObject({
      kind: z.literal('result'),
      holds: z.boolean(),
      installation: z.string().nullable(),
      publicKey: z.string().nullable(),
      macsChecked: z.boolean(),
      position,
      eventCount: count,
      streamCount: count,
      changeSets: z.strictObject({ withMac: count, withoutMac: count }),
      unfinishedCount: count,
      activationCount: count,
      findingCount: count,
    }),
    z.strictObject({ kind: z.literal('failed'), code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]), error: z.string() }),
  ])
  .meta({ contentType: 'application/x-ndjson' });

export const sealAnswer: z.ZodType<SealAnswer> = z.strictObject({
  dryRun: z.boolean(),
  streamCount: count,
  ends: z.array(z.strictObject({ stream: z.string(), revision, hash: z.string() })),
  leftOut: z.array(z.strictObject({ stream: z.string(), revision: z.number().int().min(-1), error: z.string() })),
  leftOutCount: count,
  changeSets: z.strictObject({ withMac: count, withoutMac: count }).nullable(),
  streamsWithoutMac: z.array(z.strictObject({ stream: z.string(), changeSetCount: count })),
  eventsWithoutMac: z.array(z.strictObject({ stream: z.string(), revision, type: z.string(), actor: z.string(), occurredAt: z.string() })),
  eventWithoutMacCount: count,
  truncated,
});
