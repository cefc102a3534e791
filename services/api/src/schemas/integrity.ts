// The schemas of single events, and of the lines of a verification.
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type SealAnswer, type StoredEventAnswer, type VerificationLine } from '@confledger/contracts/http';
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
      events: count,
      streams: count,
      ledgers: count,
      findings: count,
    }),
    z.strictObject({ kind: z.literal('finding'), stream: z.string(), revision, position: position.nullable(), reason: z.string() }),
    z.strictObject({
      kind: z.literal('result'),
      holds: z.boolean(),
      installation: z.string().nullable(),
      publicKey: z.string().nullable(),
      macsChecked: z.boolean(),
      position,
      events: count,
      streams: count,
      changeSets: z.strictObject({ withMac: count, withoutMac: count }),
      unfinished: count,
      activations: count,
      findings: count,
    }),
    z.strictObject({ kind: z.literal('failed'), code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]), error: z.string() }),
  ])
  .meta({ contentType: 'application/x-ndjson' });

export const sealAnswer: z.ZodType<SealAnswer> = z.strictObject({
  dryRun: z.boolean(),
  streams: count,
  ends: z.array(z.strictObject({ stream: z.string(), revision, hash: z.string() })),
  leftOut: z.array(z.strictObject({ stream: z.string(), revision: z.number().int().min(-1), reason: z.string() })),
  leftOutCount: count,
  changeSets: z.strictObject({ withMac: count, withoutMac: count }).nullable(),
  streamsWithoutMac: z.array(z.strictObject({ stream: z.string(), changeSets: count })),
  withoutMac: z.array(z.strictObject({ stream: z.string(), revision, type: z.string(), actor: z.string(), occurredAt: z.string() })),
  withoutMacCount: count,
});
