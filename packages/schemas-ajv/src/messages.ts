// What is said of a failure: whole sentences, made from the keyword and the schema. A value of the document is never part of one.
import { canonicalJson, isJsonObject, type JsonValue } from '@confledger/document';
import { dataPointer } from './data-references.js';
import { FALSE_SCHEMA, type Failure } from './failures.js';
import { quotedText } from './problems.js';

/** What a sentence needs to know of the place. */
export interface Wording {
  /** What is wrong, as the subject of a sentence. */
  readonly subject: string;
  /** Unit of the value; undefined where none is known. */
  readonly unit: string | undefined;
  /** Whether the failure lies in an array, whose names of members are part of its value. */
  readonly isInside: boolean;
  /** Last segment of the mounted place. */
  readonly key: string | undefined;
}

export interface Sentences {
  readonly message: string;
  readonly remedy: string;
}

/** Message and remedy of a failure. */
export function sentencesOf(failure: Failure, wording: Wording): Sentences {
  const must = predicateOf(failure, wording);
  return { message: `${wording.subject} ${must}.`, remedy: remedyOf(failure, wording, must) };
}

/** "must be at least 0 USD" */
function predicateOf(failure: Failure, wording: Wording): string {
  return (PREDICATES.get(failure.keyword) ?? unknownKeyword)(failure, wording);
}

type Predicate = (failure: Failure, wording: Wording) => string;

const PREDICATES: ReadonlyMap<string, Predicate> = new Map<string, Predicate>([
  ['type', (failure) => `must be ${typesText(valueOf(failure))}`],
  ['minimum', limit('at least')],
  ['maximum', limit('at most')],
  ['exclusiveMinimum', limit('more than')],
  ['exclusiveMaximum', limit('less than')],
  ['multipleOf', limit('a multiple of')],
  ['minLength', count('at least', 'character')],
  ['maxLength', count('at most', 'character')],
  ['minItems', count('at least', 'element')],
  ['maxItems', count('at most', 'element')],
  ['minProperties', count('at least', 'member')],
  ['maxProperties', count('at most', 'member')],
  ['items', tooMany],
  ['additionalItems', tooMany],
  ['unevaluatedItems', tooMany],
  ['uniqueItems', () => 'must not have two equal elements'],
  ['contains', containsText],
  ['pattern', (failure) => `must match the pattern ${named(valueOf(failure))}`],
  ['format', (failure) => `must have the format ${named(valueOf(failure))}`],
  ['required', ({ params }) => `must have the member ${named(params['missingProperty'])}`],
  ['dependentRequired', dependent],
  ['dependencies', dependent],
  ['enum', (failure) => `must be one of ${valuesText(valueOf(failure))}`],
  ['const', constant],
  ['additionalProperties', extra('additionalProperty')],
  ['unevaluatedProperties', extra('unevaluatedProperty')],
  ['propertyNames', memberName],
  [FALSE_SCHEMA, () => 'must not be there'],
  ['not', excluded],
  ['anyOf', (failure, wording) => `must match at least one of ${alternatives(failure)}${reasons(failure, wording)}`],
  ['oneOf', oneOf],
  [
    'x-equalsKey',
    (_, { key }) =>
      key === undefined
        ? 'must equal the name that the schema is mounted at, and a root has none'
        : `must equal the name of its place, ${quotedText(key)}`,
  ],
]);

function unknownKeyword({ keyword }: Failure): string {
  return `must keep the rule ${quotedText(keyword)}`;
}

/** The value of the keyword in the schema. */
function valueOf({ node, keyword }: Failure): JsonValue {
  return typeof node.schema === 'boolean' ? null : (node.schema[keyword] ?? null);
}

function limit(words: string): Predicate {
  return (failure, { unit }) => {
    const value = valueOf(failure);
    const data = dataText(value);
    if (data !== undefined) return `must be ${words} ${data}`;
    return `must be ${words} ${shown(value)}${unitText(value, unit)}`;
  };
}

/** A unit is written as it stands; one that is a plural is no grammar behind a one, so it is put in parentheses there. */
function unitText(value: JsonValue, unit: string | undefined): string {
  if (unit === undefined) return '';
  return value === 1 && PLURAL.test(unit) ? ` (${unit})` : ` ${unit}`;
}

/** "failures per request", "coins", "basis points"; not "bps", "ms" or "USD". */
const PLURAL = /^(?:[a-z]{4,}s|[a-z]+ [a-z]{4,}s)\b/u;

function dataText(value: JsonValue): string | undefined {
  const pointer = dataPointer(value);
  if (pointer === undefined || pointer === null) return undefined;
  const name = pointer.steps.at(-1);
  return name === undefined ? 'the value that its schema points to' : `the value of ${quotedText(name)}`;
}

function count(words: string, what: string): Predicate {
  return (failure) => `must have ${words} ${plural(Number(valueOf(failure)), what)}`;
}

function plural(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function tooMany({ params }: Failure): string {
  const { limit: most, len } = params;
  return `must have at most ${plural(Number(most ?? len ?? 0), 'element')}`;
}

function containsText({ params }: Failure): string {
  const { minContains = 1, maxContains } = params;
  const atMost = maxContains === undefined ? '' : ` and at most ${shown(maxContains)}`;
  return `must have at least ${shown(minContains)}${atMost} elements of the kind that "contains" asks for`;
}

function dependent({ params }: Failure): string {
  return `must have the member ${named(params['missingProperty'])} because it has ${named(params['property'])}`;
}

function extra(param: string): Predicate {
  return ({ params }, { isInside }) => (isInside ? 'has a member that is not allowed' : `must not have the member ${named(params[param])}`);
}

function memberName(failure: Failure, wording: Wording): string {
  const name = wording.isInside ? '' : ` ${named(failure.params['propertyName'])}`;
  return `has a member${name} whose name is not allowed${reasons(failure, wording)}`;
}

function constant(failure: Failure): string {
  const value = valueOf(failure);
  return `must be ${dataText(value) ?? shown(value)}`;
}

/** `not` with `const` alone says which value it excludes. */
function excluded({ node, keyword }: Failure): string {
  const value = typeof node.schema === 'boolean' ? undefined : node.schema[keyword];
  const other = value !== undefined && isJsonObject(value) && Object.keys(value).length === 1 ? value['const'] : undefined;
  if (other === undefined) return 'must not be what the schema excludes by "not"';
  return `must differ from ${dataText(other) ?? shown(other)}`;
}

function oneOf(failure: Failure, wording: Wording): string {
  const passing = failure.params['passingSchemas'];
  if (!Array.isArray(passing)) return `must match exactly one of ${alternatives(failure)}${reasons(failure, wording)}`;
  const which = (passing as readonly number[]).map((index) => index + 1).join(' and ');
  return `must match exactly one of ${alternatives(failure)}; it matches number ${which}`;
}

function alternatives(failure: Failure): string {
  const value = valueOf(failure);
  return plural(Array.isArray(value) ? value.length : 0, 'alternative');
}

const REASONS_MAX = 3;

/** Why the branches do not hold: the first few reasons. */
function reasons({ steps, inner }: Failure, wording: Wording): string {
  const texts = inner.map((each) => {
    const last = each.steps.length > steps.length && !wording.isInside ? each.steps.at(-1) : undefined;
    const subject =
      each.steps.length === steps.length ? 'it' : last === undefined || /^\d+$/.test(last) ? 'a part of it' : quotedText(last);
    return `${subject} ${predicateOf(each, { ...wording, unit: undefined, isInside: wording.isInside || subject === 'a part of it' })}`;
  });
  const distinct = [...new Set(texts)];
  if (distinct.length === 0) return '';
  const more = distinct.length > REASONS_MAX ? '; and more' : '';
  return `: ${distinct.slice(0, REASONS_MAX).join('; ')}${more}`;
}

/** Types in words. */
export const TYPES: ReadonlyMap<JsonValue, string> = new Map<JsonValue, string>([
  ['string', 'a string'],
  ['number', 'a number'],
  ['integer', 'a whole number'],
  ['boolean', 'true or false'],
  ['object', 'an object'],
  ['array', 'an array'],
  ['null', 'null'],
]);

/** "a string or null" */
export function typesText(type: JsonValue): string {
  const types = Array.isArray(type) ? (type as readonly JsonValue[]) : [type];
  return types.map((each) => TYPES.get(each) ?? shown(each)).join(' or ');
}

const VALUES_MAX = 10;

function valuesText(values: JsonValue): string {
  if (!Array.isArray(values)) return shown(values);
  const texts = (values as readonly JsonValue[]).slice(0, VALUES_MAX).map(shown);
  return `${texts.join(', ')}${values.length > VALUES_MAX ? ', …' : ''}`;
}

const SHOWN_CHARACTERS_MAX = 100;

/** A value of the schema. */
function shown(value: JsonValue): string {
  const text = canonicalJson(value);
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

function named(name: JsonValue | undefined): string {
  return quotedText(typeof name === 'string' ? name : '');
}

function remedyOf({ keyword, params }: Failure, { isInside }: Wording, must: string): string {
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return `Set ${named(params['missingProperty'])} as well.`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return isInside
        ? 'Remove the member, or correct its name.'
        : `Remove ${named(params['additionalProperty'] ?? params['unevaluatedProperty'])}, or correct its name.`;
    case 'propertyNames':
      return 'Rename the member, or remove it.';
    case FALSE_SCHEMA:
      return 'Remove it, or ask whoever wrote the schema why it is excluded.';
    case 'type':
    case 'enum':
    case 'const':
      return `Set a value that ${must.replace(/^must be/, 'is')}.`;
    case 'anyOf':
    case 'oneOf':
    case 'not':
      return 'Change the value so that it fits, or change the schema at this mount.';
    default:
      return `Set a value that keeps the rule: it ${must}.`;
  }
}
