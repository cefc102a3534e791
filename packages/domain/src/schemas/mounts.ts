// Mounts as a client writes them, and how many a ledger may hold.
import { canonicalJson, formatPath, globSegments, nearestWord } from '@confledger/document';
import { problem, refuse, refuseWith, type Refusal } from '../stream/refusals.js';
import type { MountedSchema, Schemas } from './mounted.js';
import type { SchemaDocument, SchemaProblem, SchemaProblemCode } from './rules.js';

/** Schemas that a ledger may hold itself. */
export const MOUNTS_MAX = 64;

/** Of all schemas of a ledger, as canonical JSON. */
export const SCHEMAS_BYTES_MAX = 1024 * 1024;

/** What an edit does at one mount: null takes the schema away. */
export interface SchemaEdit {
  /** In its one form. */
  readonly mount: string;
  readonly schema: SchemaDocument | null;
}

/** A mount in its one form: a star that belongs to a name is escaped, and so is what a path escapes. */
export function mountOf(text: string): string | Refusal<'MOUNT_INVALID'> {
  const segments = globSegments(text);
  if (!segments.ok) {
    const { message, remedy } = segments.problem;
    return refuse('MOUNT_INVALID', 'mount', `'${text.slice(0, 100)}' is not a mount: ${message}`, remedy);
  }
  return segments.value.map((segment) => (segment === null ? '*' : formatPath([segment]).replaceAll('*', '\\*'))).join('.');
}

/** The schemas behind edits; the revisions of what was set are not known yet. */
export function withEdits(schemas: Schemas, edits: readonly SchemaEdit[]): Schemas {
  if (edits.length === 0) return schemas;
  const next = new Map<string, MountedSchema>(schemas);
  for (const { mount, schema } of edits) {
    if (schema === null) next.delete(mount);
    else next.set(mount, { mount, dialect: schema.dialect, schema: schema.schema, revision: -1 });
  }
  return next;
}

/** Those that change something. */
export function changingEdits(schemas: Schemas, edits: readonly SchemaEdit[]): readonly SchemaEdit[] {
  return edits.filter(({ mount, schema }) => {
    const before = schemas.get(mount);
    return schema === null ? before !== undefined : before === undefined || !isSame(before, schema);
  });
}

/** What makes the schemas `wanted` of the schemas that there are. */
export function editsTo(schemas: Schemas, wanted: Schemas): readonly SchemaEdit[] {
  const removed = [...schemas.keys()].filter((mount) => !wanted.has(mount)).map((mount) => ({ mount, schema: null }));
  return changingEdits(schemas, [...removed, ...[...wanted.values()].map((each) => ({ mount: each.mount, schema: each }))]);
}

const isSame = (one: SchemaDocument, other: SchemaDocument): boolean =>
  one.dialect === other.dialect && canonicalJson(one.schema) === canonicalJson(other.schema);

/** Too many of them, or too much. */
export function schemasLimit(schemas: Schemas): Refusal<'SCHEMA_LIMIT'> | null {
  if (schemas.size > MOUNTS_MAX) {
    const message = `The ledger would hold ${schemas.size} schemas, more than ${MOUNTS_MAX}`;
    return refuse('SCHEMA_LIMIT', 'mount', message, 'Join some of them at a mount above, or remove one that is not used any more');
  }
  let bytes = 0;
  for (const { schema } of schemas.values()) bytes += Buffer.byteLength(canonicalJson(schema));
  if (bytes <= SCHEMAS_BYTES_MAX) return null;
  const message = `The schemas of the ledger would have ${bytes} bytes of canonical JSON, more than ${SCHEMAS_BYTES_MAX}`;
  return refuse('SCHEMA_LIMIT', 'schema', message, 'Shorten them: say what repeats once, under $defs');
}

export function schemaUnknown(mount: string, schemas: Schemas): Refusal<'SCHEMA_UNKNOWN'> {
  const near = nearestWord(mount, [...schemas.keys()]);
  const there = [...schemas.keys()].map((each) => `'${each}'`).join(', ');
  const remedy =
    near === undefined ? (there === '' ? 'The ledger has no schema of its own' : `There are: ${there}`) : `Did you mean '${near}'?`;
  return refuse('SCHEMA_UNKNOWN', 'mount', `The ledger has no schema of its own at the mount '${mount}'`, remedy);
}

/** The refusal of a schema that may not be stored; its code is that of the first problem. */
export function schemaRefusal(mount: string, problems: readonly [SchemaProblem, ...SchemaProblem[]]): Refusal<SchemaProblemCode> {
  const [first] = problems;
  const details = problems.map(({ code, pointer, message, remedy }) => {
    return { ...problem(code, 'schema', message, remedy), mount, ...{ pointer } };
  });
  return refuseWith(first.code, problems.length === 1 ? first.message : `The schema has ${problems.length} problems`, details);
}
