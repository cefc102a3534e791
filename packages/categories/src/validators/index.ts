// Judges the categories that nodes have getters for, by code that was generated ahead: nothing is compiled, and nothing is installed for it.
import type { JsonValue } from '@confledger/document/json-and-paths';
import type { CategoryName } from '../category.js';
import * as edition1 from './edition-1.generated.js';

/** Categories that nodes can judge and have getters for. */
export const NODE_CATEGORIES = [
  'trader',
  'risk',
  'mev',
  'token',
  'circuitBreaker',
  'monitoring',
] as const satisfies readonly CategoryName[];
export type NodeCategory = (typeof NODE_CATEGORIES)[number];

/** What is wrong at one place of a category. */
export interface CategoryProblem {
  /** From the mounted place down. */
  readonly segments: readonly string[];
  /** A whole sentence, the server's. It quotes no value. */
  readonly message: string;
}

/** As ajv reports them. */
interface ValidatorError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Validator {
  (value: JsonValue, place?: { readonly parentDataProperty: string; readonly instancePath: string }): boolean;
  errors?: readonly ValidatorError[] | null;
}

interface Edition {
  readonly SENTENCES: Readonly<Record<NodeCategory, Readonly<Record<string, string>>>>;
  readonly validators: Readonly<Record<NodeCategory, Validator>>;
}

const { SENTENCES, trader, risk, mev, token, circuitBreaker, monitoring } = edition1;
/** By their numbers. Each is kept for ever. */
const EDITIONS: readonly (Edition | null)[] = [null, { SENTENCES, validators: { trader, risk, mev, token, circuitBreaker, monitoring } }];

/** Stands for a name in a sentence. */
const NAME = '\u0001';

/** Whether an edition has validators. */
export const hasValidators = (edition: number): boolean => (EDITIONS[edition] ?? null) !== null;

/** What is wrong with what stands at a place of the category; nothing for one that holds. `key`: last segment of the place. */
export function categoryProblems(category: NodeCategory, edition: number, value: JsonValue, key: string): readonly CategoryProblem[] {
  const known = EDITIONS[edition] ?? null;
  if (known === null) throw new RangeError(`edition ${edition} has no validators`);
  const validator = known.validators[category];
  if (validator(value, { parentDataProperty: key, instancePath: '' })) return [];
  const problems = (validator.errors ?? []).map((error): CategoryProblem => {
    return { segments: segmentsOf(error.instancePath), message: sentenceOf(known.SENTENCES[category], error, key) };
  });
  // The last errors are no reason to keep what was judged.
  validator.errors = null;
  return problems;
}

function sentenceOf(sentences: Readonly<Record<string, string>>, { schemaPath, keyword, params }: ValidatorError, key: string): string {
  const { missingProperty, additionalProperty } = params;
  const sentence = sentences[typeof missingProperty === 'string' ? `${schemaPath} ${missingProperty}` : schemaPath];
  const name = typeof additionalProperty === 'string' ? additionalProperty : key;
  return sentence?.replaceAll(JSON.stringify(NAME), () => JSON.stringify(name)) ?? `It must keep the rule "${keyword}".`;
}

function segmentsOf(instancePath: string): string[] {
  const steps = instancePath.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
