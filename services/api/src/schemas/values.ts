// The building blocks of all schemas: JSON values, names, revisions, digests, positions, instants.
import { z } from 'zod';
import type { JsonObject, JsonValue } from '@confledger/document';
import { NAME_TEXT, PATH_TEXT } from './texts.js';

/** Any JSON value. The strict parser has judged it already: nothing is walked here. */
export const jsonValue = z.custom<JsonValue>((value) => value !== undefined).meta({ description: 'Any JSON value' });

/** A JSON object, likewise. */
export const jsonObject = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'expected an object')
  .meta({ type: 'object', additionalProperties: true });

export const environmentName = z.string().meta({ ...NAME_TEXT, description: 'An environment that is defined', example: 'production' });
export const serviceName = z.string().meta({ ...NAME_TEXT, description: 'The service', example: 'trading-engine' });
export const pathText = z
  .string()
  .meta({ ...PATH_TEXT, description: 'A path; a dot inside a name is written \\.', example: 'risk.parameters.maxPositions' });

export const revision = z.int('expected a whole number, 0 or more').min(0, 'expected a whole number, 0 or more');
export const versionNumber = revision.nullable().meta({ description: 'A version; null where there is none' });
export const count = z.int().min(0);
export const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256, lower-case hex' });
export const instant = z.iso.datetime({ precision: 3 }).meta({ description: 'UTC, ISO 8601 with milliseconds' });
export const position = z
  .string()
  .regex(/^[^:\s]+:(?:0|[1-9]\d*)$/)
  .meta({ description: 'A place in the log: <installation>:<n>', example: 'f3b1c9d2:1042' });

/** A value, or digest and size of one over 4 KiB. */
export const shownValue = jsonValue.meta({ description: 'A value; where it is over 4 KiB, { digest, bytes }' });
