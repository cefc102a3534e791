// The keywords of both dialects: what stands in them, and which part of the document the schemas in them are about.
import type { Dialect } from '@confledger/domain';

/** What the value of a keyword is. */
export type KeywordShape = 'schema' | 'schemas' | 'members' | 'schema or schemas' | 'dependencies' | 'value';

/**
 * What the schemas in a keyword judge: the same value (`here`), a member, an element, a member's name, or nothing until a reference leads
 * there (`apart`).
 */
export type Relation = 'here' | 'member' | 'element' | 'name' | 'apart';

export interface Keyword {
  readonly shape: KeywordShape;
  readonly relation: Relation;
}

function keywords(shape: KeywordShape, relation: Relation, names: string): [string, Keyword][] {
  return names.split(' ').map((name) => [name, { shape, relation }]);
}

const COMMON: readonly [string, Keyword][] = [
  ...keywords('schemas', 'here', 'allOf anyOf oneOf'),
  ...keywords('schema', 'here', 'not if then else'),
  ...keywords('members', 'member', 'properties patternProperties'),
  ...keywords('schema', 'member', 'additionalProperties'),
  ...keywords('schema', 'name', 'propertyNames'),
  ...keywords('schema', 'element', 'contains'),
  ...keywords('value', 'here', '$ref $schema $comment type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum'),
  ...keywords('value', 'here', 'maxLength minLength pattern maxItems minItems uniqueItems maxProperties minProperties required format'),
  ...keywords('value', 'here', 'title description default readOnly writeOnly examples contentMediaType contentEncoding'),
];

const DRAFT_07: readonly [string, Keyword][] = [
  ...COMMON,
  ...keywords('members', 'apart', 'definitions'),
  ...keywords('schema or schemas', 'element', 'items'),
  ...keywords('schema', 'element', 'additionalItems'),
  ...keywords('dependencies', 'here', 'dependencies'),
];

const DRAFT_2020_12: readonly [string, Keyword][] = [
  ...COMMON,
  ...keywords('members', 'apart', '$defs'),
  ...keywords('schema', 'apart', 'contentSchema'),
  ...keywords('schema', 'element', 'items unevaluatedItems'),
  ...keywords('schemas', 'element', 'prefixItems'),
  ...keywords('schema', 'member', 'unevaluatedProperties'),
  ...keywords('members', 'here', 'dependentSchemas'),
  ...keywords('value', 'here', '$anchor $dynamicRef $dynamicAnchor dependentRequired maxContains minContains deprecated'),
];

const KEYWORDS: Readonly<Record<Dialect, ReadonlyMap<string, Keyword>>> = {
  'draft-07': new Map(DRAFT_07),
  '2020-12': new Map(DRAFT_2020_12),
};

/** The keyword of that name in the dialect; undefined when the dialect has none. */
export function keywordOf(dialect: Dialect, name: string): Keyword | undefined {
  return KEYWORDS[dialect].get(name);
}

/** Every keyword of the dialect. */
export function keywordNames(dialect: Dialect): string[] {
  return [...KEYWORDS[dialect].keys()];
}

/** Words that one dialect has and the other says otherwise, with what to write in that other one. */
export const WORDS_OF_THE_OTHER_DIALECT: Readonly<Record<Dialect, ReadonlyMap<string, string>>> = {
  'draft-07': new Map([
    ['$defs', 'Write "definitions".'],
    ['$anchor', 'Refer to the place by its JSON pointer, such as "#/definitions/price".'],
    ['$dynamicRef', 'Write "$ref".'],
    ['$dynamicAnchor', 'Refer to the place by its JSON pointer, such as "#/definitions/price".'],
    ['prefixItems', 'Write "items" with an array of schemas.'],
    ['dependentRequired', 'Write "dependencies".'],
    ['dependentSchemas', 'Write "dependencies".'],
    ['unevaluatedProperties', 'Write "additionalProperties" beside all "properties", or use the dialect 2020-12.'],
    ['unevaluatedItems', 'Write "additionalItems", or use the dialect 2020-12.'],
    ['minContains', 'Use the dialect 2020-12.'],
    ['maxContains', 'Use the dialect 2020-12.'],
    ['contentSchema', 'Use the dialect 2020-12.'],
    ['deprecated', 'Say it in "description", or use the dialect 2020-12.'],
  ]),
  '2020-12': new Map([
    ['definitions', 'Write "$defs".'],
    ['dependencies', 'Write "dependentRequired" or "dependentSchemas".'],
    ['additionalItems', 'Write "prefixItems" for the first elements and "items" for the others.'],
  ]),
};

/** What `$schema` may say in each dialect. */
export const META_SCHEMAS: Readonly<Record<Dialect, readonly [string, ...string[]]>> = {
  'draft-07': ['http://json-schema.org/draft-07/schema#', 'http://json-schema.org/draft-07/schema'],
  '2020-12': ['https://json-schema.org/draft/2020-12/schema', 'https://json-schema.org/draft/2020-12/schema#'],
};

/** Formats that are asserted, in both dialects; others are refused. */
export const FORMATS = [
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'json-pointer',
  'relative-json-pointer',
  'time',
  'uri',
  'uri-reference',
  'uri-template',
  'uuid',
] as const;

/** Keywords whose value may be `{ "$data": pointer }`. */
export const DATA_KEYWORDS: readonly string[] = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'const'];

/** What the annotations of ours may say. */
export const OUR_KEYWORDS: ReadonlyMap<string, { readonly expected: string; readonly allows: (value: unknown) => boolean }> = new Map([
  ['x-sensitive', { expected: 'true or false', allows: isBoolean }],
  ['x-reference', { expected: 'true or false', allows: isBoolean }],
  ['x-equalsKey', { expected: 'true or false', allows: isBoolean }],
  ['x-reload', { expected: '"restart"', allows: (value) => value === 'restart' }],
  ['x-unit', { expected: 'a text of 1 to 100 characters', allows: isShortText }],
  ['x-label', { expected: 'a text of 1 to 100 characters', allows: isShortText }],
]);

/** Characters that a unit or a label may have: they stand in messages. */
const LABEL_CHARACTERS_MAX = 100;

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LABEL_CHARACTERS_MAX;
}
