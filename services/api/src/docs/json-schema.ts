// JSON Schemas of the OpenAPI document, made from zod schemas.
import { z } from 'zod';
import { parseJsonText } from '@confledger/document';

/** A JSON object of the document. */
export type Json = { [name: string]: unknown };

/** A schema, with what has an id of its own moved to the components. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = parseJsonText(JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
  Object.assign(components, $defs);
  return rest;
}
