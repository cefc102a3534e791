// The meta-schemas of the dialects: whether a schema document is a schema at all.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Dialect, SchemaDocument, SchemaProblem } from '@confledger/domain';
import { metaSentences } from './meta-messages.js';
import { invalid, PROBLEMS_MAX } from './problems.js';
import { META_SCHEMAS } from './vocabulary.js';

const validators = new Map<Dialect, ValidateFunction>();

/** Compiled when first asked for, and kept: a meta-schema does not change. It takes tens of milliseconds. */
function metaValidator(dialect: Dialect): ValidateFunction {
  const known = validators.get(dialect);
  if (known !== undefined) return known;
  // `$data`: the meta-schemas then allow it where a limit is expected. Formats and patterns are checked by us.
  const options = { $data: true, allErrors: true, strict: false, validateFormats: false, verbose: true, logger: false } as const;
  const ajv = dialect === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  const validator = ajv.getSchema(META_SCHEMAS[dialect][0]);
  if (validator === undefined) throw new Error(`ajv has no meta-schema of ${dialect}`);
  validators.set(dialect, validator);
  return validator;
}

/** Compiles the meta-schemas, so that the first schema does not wait for them. */
export function warmMetaSchemas(): void {
  metaValidator('draft-07');
  metaValidator('2020-12');
}

/** In which places the document breaks the rules of its dialect. */
export function metaProblems({ dialect, schema }: SchemaDocument): SchemaProblem[] {
  const validator = metaValidator(dialect);
  if (validator(schema)) return [];
  const problems = new Map<string, SchemaProblem>();
  const errors = (validator.errors ?? []).filter((error) => !COMPOSITES.has(error.keyword) && !isOfData(error));
  const arrays = arraysOf(errors);
  for (const error of errors) {
    if (problems.size === PROBLEMS_MAX) break;
    // A name or an array of names, a schema or an array of schemas: the other alternative was not meant.
    if (Array.isArray(error.data) && ['enum', 'type'].includes(error.keyword) && arrays.has(error.instancePath)) continue;
    if (!problems.has(error.instancePath)) problems.set(error.instancePath, problemOf(dialect, error));
  }
  if (problems.size > 0) return [...problems.values()];
  return [invalid('', `This is no schema of the dialect ${dialect}.`, 'Compare it with the manual of JSON Schema.')];
}

/** Errors that only say that another one is there. */
const COMPOSITES = new Set(['anyOf', 'oneOf', 'allOf', 'not', 'if', '$ref', '$dynamicRef']);

/** Whether an error says only that the value is no `{ "$data": … }`. */
function isOfData({ schemaPath }: ErrorObject): boolean {
  return schemaPath.includes('/refs/data.json#');
}

/** Places of arrays that are taken for arrays: what is wrong lies in them, not in that they are arrays. */
function arraysOf(errors: readonly ErrorObject[]): Set<string> {
  const places = new Set<string>();
  for (const { instancePath, keyword } of errors) {
    if (keyword === 'minItems' || keyword === 'uniqueItems') places.add(instancePath);
    for (const { index } of instancePath.matchAll(/\/\d+(?=\/|$)/g)) places.add(instancePath.slice(0, index));
  }
  return places;
}

function problemOf(dialect: Dialect, error: ErrorObject): SchemaProblem {
  const { message, remedy } = metaSentences(dialect, error);
  return invalid(error.instancePath, message, remedy);
}
