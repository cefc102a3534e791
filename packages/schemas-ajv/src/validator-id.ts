// The identity of a validator: the same schema in the same dialect, compiled by the same release.
import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '@confledger/document';
import type { Dialect, SchemaDocument } from '@confledger/domain';

/** To be raised when a release judges differently, so that no remembered verdict of an earlier one counts. */
export const VALIDATOR_RELEASE = 1;

const known: Readonly<Record<Dialect, WeakMap<JsonObject, string>>> = { 'draft-07': new WeakMap(), '2020-12': new WeakMap() };

/** Lower-case hex SHA-256 of the dialect, the canonical JSON of the schema, and the release of the validator. Schemas are not changed once made. */
export function validatorId({ dialect, schema }: SchemaDocument): string {
  if (typeof schema === 'boolean') return digestOf(dialect, schema);
  const remembered = known[dialect].get(schema);
  if (remembered !== undefined) return remembered;
  const id = digestOf(dialect, schema);
  known[dialect].set(schema, id);
  return id;
}

function digestOf(dialect: Dialect, schema: JsonObject | boolean): string {
  return hash('sha256', `confledger.validator\n${VALIDATOR_RELEASE}\n${dialect}\n${canonicalJson(schema)}`, 'hex');
}
