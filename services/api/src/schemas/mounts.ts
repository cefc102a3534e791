// The schemas of mounts, and of the JSON Schemas that are mounted at them.
import { z } from 'zod';
import { DIALECTS } from '@confledger/domain';
import { MOUNT_TEXT } from './texts.js';
import { jsonObject } from './values.js';

export const mountText = z
  .string()
  .meta({ ...MOUNT_TEXT, description: 'Segments of a path, * for any one of them; empty for the root', example: 'markets.symbols' });

export const dialect = z.enum(DIALECTS);
/** The dialect of a schema that names none. */
export const DIALECT_DEFAULT = '2020-12';

/** What is mounted: an object, or true, which switches off what would be inherited, or false. */
export const jsonSchema = z
  .union([jsonObject, z.boolean()], 'expected a JSON Schema: an object, true or false')
  .meta({ description: 'A JSON Schema; true switches off what would be inherited at the very mount' });

export const standingGuard = z
  .enum(['accepted'], 'expected accepted')
  .optional()
  .meta({ description: 'accepted: takes schemas although head or what runs breaks them' });
