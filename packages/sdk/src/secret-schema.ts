// A schema for a place where a secret stands: what is in it is judged, and stays hidden.
import { isSecret, Secret } from '@confledger/secrets';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * Judges the value of a secret by a schema, and gives a secret of what that makes of it. A value that stands in clear becomes a secret too, so that
 * the type is the same everywhere. Messages of the inner schema are not shown: they may quote the value.
 */
export function secret<S extends StandardSchemaV1>(schema: S): StandardSchemaV1<unknown, Secret<StandardSchemaV1.InferOutput<S>>> {
  return {
    '~standard': {
      version: 1,
      vendor: 'confledger',
      validate(value) {
        const clear = isSecret(value) ? value.reveal() : value;
        const result = schema['~standard'].validate(clear);
        return 'then' in result ? result.then((settled) => hidden(value, clear, settled)) : hidden(value, clear, result);
      },
    },
  };
}

function hidden<Output>(value: unknown, clear: unknown, result: StandardSchemaV1.Result<Output>): StandardSchemaV1.Result<Secret<Output>> {
  if (result.issues !== undefined) return { issues: [{ message: 'the secret does not fit its schema' }] };
  if (!isSecret(value)) return { value: new Secret(result.value) };
  // The very secret that was handed in, where the schema left its value as it is.
  return { value: result.value === clear ? (value as Secret<Output>) : new Secret(result.value, value.$sealed) };
}
