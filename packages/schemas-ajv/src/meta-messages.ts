// What is said of a keyword whose value its dialect does not allow: whole sentences, made from the error of the meta-schema.
import type { ErrorObject } from 'ajv';
import { nearestWord, type JsonValue } from '@confledger/document';
import type { Dialect } from '@confledger/domain';
import { pointerSteps } from './json-pointer.js';
import { TYPES, typesText, type Sentences } from './messages.js';
import { quotedText } from './problems.js';

/** Message and remedy of an error by the meta-schema. */
export function metaSentences(dialect: Dialect, error: ErrorObject): Sentences {
  const steps = pointerSteps(error.instancePath) ?? [];
  const keyword = steps.findLast((step) => !/^\d+$/.test(step));
  const isElement = keyword !== steps.at(-1);
  const subject = keyword === undefined ? 'The schema' : `${isElement ? 'An element' : 'The value'} of ${quotedText(keyword)}`;
  const { must, write } = wordsOf(error, { keyword, isElement });
  if (must === SCHEMA && keyword !== undefined && !isElement) {
    return { message: `What stands at ${quotedText(keyword)} must be ${SCHEMA}.`, remedy: `${write}.` };
  }
  if (must !== undefined) return { message: `${subject} must ${must === SCHEMA ? `be ${SCHEMA}` : must}.`, remedy: `${write}.` };
  return {
    message: `${subject} is not what the dialect ${dialect} allows there.`,
    remedy: `Look up ${keyword === undefined ? 'the keyword' : quotedText(keyword)} in the specification of JSON Schema, and correct the value.`,
  };
}

const SCHEMA = 'a schema: an object, or true or false';

interface Words {
  /** What follows "must"; undefined where there is nothing to say. */
  readonly must: string | undefined;
  /** The remedy without its full stop. */
  readonly write: string;
}

interface Where {
  readonly keyword: string | undefined;
  readonly isElement: boolean;
}

/** What errors of the keywords below say. */
interface Params {
  readonly type?: string | readonly string[];
  readonly limit?: number;
  readonly comparison?: string;
  readonly allowedValues?: readonly JsonValue[];
  readonly pattern?: string;
}

function wordsOf({ keyword, params, data }: ErrorObject, where: Where): Words {
  const { type = [], limit = 0, comparison, allowedValues = [], pattern = '' } = params as Params;
  switch (keyword) {
    case 'enum':
      return oneOf(allowedValues, data, where);
    case 'type':
      if (Array.isArray(type)) return { must: SCHEMA, write: 'Write a schema, such as { "type": "number" }' };
      return { must: `be ${typesText(type)}`, write: `Write ${typesText(type)}` };
    case 'minimum':
    case 'exclusiveMinimum': {
      const least = `${comparison === '>' ? 'more than' : 'at least'} ${limit}`;
      return { must: `be ${least}`, write: `Write a number that is ${least}` };
    }
    case 'minItems': {
      const least = `at least ${limit} element${limit === 1 ? '' : 's'}`;
      return { must: `have ${least}`, write: `Write ${least}, or leave ${quotedText(where.keyword ?? '')} out` };
    }
    case 'uniqueItems':
      return { must: 'not have two equal elements', write: 'Write each element once' };
    case 'pattern': {
      const text = `the pattern ${quotedText(pattern)}`;
      return { must: `match ${text}`, write: `Write a text that matches ${text}` };
    }
    default:
      return { must: undefined, write: '' };
  }
}

/** Names of types in other languages. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['float', 'number'],
  ['double', 'number'],
  ['decimal', 'number'],
  ['text', 'string'],
  ['map', 'object'],
  ['dict', 'object'],
  ['list', 'array'],
]);

function oneOf(allowed: readonly JsonValue[], data: unknown, { keyword, isElement }: Where): Words {
  const isType = keyword === 'type';
  const values = isType ? [...TYPES.keys()] : allowed;
  const list = values.map((value) => JSON.stringify(value)).join(', ');
  const those = `one of ${list}${isType && !isElement ? ', or an array of these' : ''}`;
  const meant = typeof data === 'string' ? meantBy(data, values.filter(isText)) : undefined;
  return { must: `be ${those}`, write: `${meant === undefined ? '' : `Did you mean ${quotedText(meant)}? `}Write ${those}` };
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}

/** `int` begins `integer`. */
function meantBy(word: string, words: readonly string[]): string | undefined {
  const small = word.toLowerCase();
  const other = OTHER_NAMES.get(small);
  if (other !== undefined && words.includes(other)) return other;
  return nearestWord(word, words) ?? words.find((each) => small.length > 2 && each.startsWith(small));
}
