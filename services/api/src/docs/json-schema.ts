// JSON Schemas of the OpenAPI document, made from zod schemas.
import { z } from 'zod';
import { parseJsonText } from '@confledger/document';

/** A JSON object of the document. */
export type Json = { [name: string]: unknown };

interface Made {
  readonly schema: Json;
  /** Schemas with an id, which it refers to. */
  readonly definitions: Json;
}

/** Most schemas stand in the document many times, the failure of a call alone 600 times: each is made once. Nobody changes one. */
const MADE = { input: new WeakMap<z.ZodType, Made>(), output: new WeakMap<z.ZodType, Made>() };

/** A schema, with what has an id of its own moved to the components. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  let made = MADE[io].get(schema);
  if (made === undefined) MADE[io].set(schema, (made = make(schema, io)));
  Object.assign(components, made.definitions);
  return made.schema;
}

function make(schema: z.ZodType, io: 'input' | 'output'): Made {
  const text = JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }));
  const { $schema: _dialect, $defs = {}, ...rest } = parseJsonText(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
  return { schema: rest, definitions: $defs as Json };
}
