// A judge of JSON by `type`, `minimum`, `maximum`, `required` and `x-reload`, each at the root of a schema, mounted anywhere: the second opinion
// on what rules say. It shares nothing with the product.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { SchemaJudge } from '../../../packages/application/src/index.js';
import { memorySchemaJudge } from '../../../packages/application/src/in-memory/testing.js';

/** A schema where it is mounted. */
export interface SimpleRule {
  /** Names without escapes; `*` stands for any one. */
  readonly mount: string;
  readonly schema: JsonObject | boolean;
}

export interface SimpleViolation {
  readonly mount: string;
  readonly path: string;
  readonly keyword: string;
  /** Equal for the same violation of two documents. */
  readonly key: string;
}

/** By mount, then by place. `isAbstract`: what is missing violates nothing. */
export function simplyJudged(rules: readonly SimpleRule[], document: JsonObject, isAbstract: boolean): SimpleViolation[] {
  return rules.flatMap(({ mount, schema }) => {
    if (typeof schema === 'boolean') return [];
    return placesOf(mount === '' ? [] : mount.split('.'), document).flatMap(({ path, value }) =>
      failuresOf(schema, value, isAbstract).map(([keyword, parameter]) => {
        const leaf = isObject(value) ? null : JSON.stringify(value);
        return { mount, path, keyword, key: JSON.stringify([mount, path, keyword, parameter, leaf]) };
      }),
    );
  });
}

/** The same judge for the product to judge by. `isCostly`: nothing is answered at once. */
export function simpleJudge(isCostly = false): SchemaJudge {
  return memorySchemaJudge({
    isCostly,
    examine: ({ schema }) => ({
      kind: 'fit',
      annotations: restarts(schema) ? [{ below: '', keyword: 'x-reload', value: 'restart' }] : [],
    }),
    judge: ({ rules, document, isAbstract }) => ({
      unjudged: [],
      violations: simplyJudged(rules, document.toJson(), isAbstract).map(({ key, ...violation }) => {
        return { ...violation, pointer: null, message: `It breaks ${violation.keyword}.`, remedy: 'Mend it.', identity: key };
      }),
    }),
  });
}

/** Whether a schema asks for a restart where it is mounted. */
export const restarts = (schema: SimpleRule['schema']): boolean => typeof schema === 'object' && schema['x-reload'] === 'restart';

interface Place {
  readonly path: string;
  readonly value: JsonValue;
}

function placesOf(mount: readonly string[], document: JsonObject): Place[] {
  let places: Place[] = [{ path: '', value: document }];
  for (const segment of mount) {
    places = places.flatMap(({ path, value }) => {
      const members = isObject(value) ? Object.entries(value) : [];
      return members
        .filter(([name]) => segment === '*' || name === segment)
        .map(([name, member]) => ({ path: path === '' ? name : `${path}.${name}`, value: member }));
    });
  }
  return places;
}

type Failure = readonly [keyword: string, parameter: JsonValue];

function failuresOf(schema: JsonObject, value: JsonValue, isAbstract: boolean): Failure[] {
  const { type, minimum, maximum, required } = schema;
  const failures: Failure[] = [];
  if (typeof type === 'string' && typeOf(value) !== type) failures.push(['type', type]);
  if (typeof minimum === 'number' && typeof value === 'number' && value < minimum) failures.push(['minimum', minimum]);
  if (typeof maximum === 'number' && typeof value === 'number' && value > maximum) failures.push(['maximum', maximum]);
  if (!Array.isArray(required) || !isObject(value) || isAbstract) return failures;
  return [...failures, ...required.filter((name) => !Object.hasOwn(value, String(name))).map((name): Failure => ['required', name])];
}

function typeOf(value: JsonValue): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
