// Failures of a judgement: ajv's errors, put in order, with the schema that each belongs to.
import type { ErrorObject } from 'ajv';
import type { JsonValue } from '@confledger/document';
import { pointerSteps } from './json-pointer.js';
import { NEVER } from './schema-copy.js';
import type { SchemaNode } from './schema-tree.js';

/** A keyword that does not hold. */
export interface Failure {
  /** From the mounted place down: names of members, indexes of elements. */
  readonly steps: readonly string[];
  /** The schema that the keyword stands in. */
  readonly node: SchemaNode;
  /** `false` for the schema `false`. */
  readonly keyword: string;
  /** What the keyword says of it; may hold names of members, and values of the schema. Never shown. */
  readonly params: Readonly<Record<string, JsonValue>>;
  /** Why the branches of the keyword do not hold. */
  readonly inner: readonly Failure[];
}

/** The name of the schema `false` where a keyword is expected. */
export const FALSE_SCHEMA = 'false';

/** Most failures that one mount is answered with. */
export const FAILURES_MAX = 1_000;

/** Keywords whose failures are preceded by those of their branches. */
const WITH_BRANCHES = new Set(['anyOf', 'oneOf', 'propertyNames']);

/** The first failures that errors stand for: those of branches belong to their composite, and a failed `then` or `else` speaks for its `if`. */
export function failuresOf(errors: readonly ErrorObject[], originals: ReadonlyMap<object, SchemaNode>, max: number): Failure[] {
  const failures: Failure[] = [];
  for (const { error, node, branches } of topErrors(errors, originals).slice(0, max)) {
    const { inner, ...params } = error.params as Readonly<Record<string, JsonValue>>;
    failures.push({
      steps: pointerSteps(error.instancePath) ?? [],
      node,
      keyword: error.keyword === NEVER ? FALSE_SCHEMA : error.keyword,
      params,
      inner: inner !== undefined && WITH_BRANCHES.has(error.keyword) ? failuresOf(branches(), originals, INNER_FAILURES_MAX) : [],
    });
  }
  return failures;
}

interface TopError {
  readonly error: ErrorObject;
  readonly node: SchemaNode;
  /** The errors of its branches. */
  readonly branches: () => readonly ErrorObject[];
}

/** The errors that are no other's branches. Read from the end, because a composite stands behind its branches. */
function topErrors(errors: readonly ErrorObject[], originals: ReadonlyMap<object, SchemaNode>): TopError[] {
  const tops: TopError[] = [];
  for (let index = errors.length - 1; index >= 0; index--) {
    const error = errors[index];
    if (error === undefined || error.keyword === 'if') continue;
    const node = originals.get(error.parentSchema ?? {});
    const end = index;
    index -= (error.params as { readonly inner?: number }).inner ?? 0;
    const from = index;
    if (node !== undefined) tops.push({ error, node, branches: () => errors.slice(from, end) });
  }
  return tops.reverse();
}

/** Failures of branches that a message can be made from. */
const INNER_FAILURES_MAX = 20;
