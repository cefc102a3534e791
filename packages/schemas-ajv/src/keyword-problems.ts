// Looks at every keyword of every schema in a document: whether the dialect has it, and whether we support what it says.
import { isJsonObject, nearestWord, type JsonObject, type JsonValue } from '@confledger/document';
import type { Dialect, SchemaDocument, SchemaProblem } from '@confledger/domain';
import { dataProblem } from './data-references.js';
import { joinPointer } from './json-pointer.js';
import { compilePattern } from './patterns.js';
import { invalid, problem, quotedText } from './problems.js';
import { REFERENCES, resolveReference, type SchemaNode, type SchemaTree } from './schema-tree.js';
import { unevaluatedProblems } from './unevaluated.js';
import { FORMATS, keywordNames, keywordOf, META_SCHEMAS, OUR_KEYWORDS, WORDS_OF_THE_OTHER_DIALECT } from './vocabulary.js';

/** What is wrong with the keywords of a schema document, in the order in which they are written. */
export function keywordProblems({ dialect }: SchemaDocument, tree: SchemaTree): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  for (const node of tree.nodes.values()) {
    if (typeof node.schema === 'boolean') continue;
    for (const [name, value] of Object.entries(node.schema)) {
      const at = { dialect, tree, node, schema: node.schema, name, value, pointer: joinPointer(node.pointer, name) };
      problems.push(...problemsOfKeyword(at));
    }
  }
  return problems;
}

interface At {
  readonly dialect: Dialect;
  readonly tree: SchemaTree;
  readonly node: SchemaNode;
  readonly schema: JsonObject;
  readonly name: string;
  readonly value: JsonValue;
  readonly pointer: string;
}

function problemsOfKeyword(at: At): SchemaProblem[] {
  const { dialect, name, value, pointer } = at;
  if (name.startsWith('x-')) return ourKeyword(name, value, pointer);
  const forbidden = FORBIDDEN.get(name);
  if (forbidden !== undefined) return [invalid(pointer, ...forbidden)];
  if (keywordOf(dialect, name) === undefined) return [unknownKeyword(dialect, name, pointer)];
  const data = dataProblem(at);
  if (data !== undefined) return [data];
  return (CHECKS.get(name)?.(at) ?? []).concat(besideReference(at));
}

const ONE_DOCUMENT = 'Leave it out: a schema stands for itself, is known by its mount, and refers only to what it contains.';

/** Keywords that are refused wherever they stand, with message and remedy. */
const FORBIDDEN: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['$id', ['The keyword "$id" is not supported: a schema has no address.', ONE_DOCUMENT]],
  ['id', ['The keyword "id" is not supported: a schema has no address.', ONE_DOCUMENT]],
  ['$vocabulary', ['The keyword "$vocabulary" is not supported: the dialect says which keywords there are.', 'Leave it out.']],
  ['$async', ['The keyword "$async" is not supported: a judgement waits for nothing.', 'Leave it out.']],
  ['$recursiveRef', ['The keyword "$recursiveRef" is not supported: neither dialect has it.', 'Write "$ref".']],
  ['$recursiveAnchor', ['The keyword "$recursiveAnchor" is not supported: neither dialect has it.', 'Refer to the root by "#".']],
]);

function ourKeyword(name: string, value: JsonValue, pointer: string): SchemaProblem[] {
  const ours = OUR_KEYWORDS.get(name);
  if (ours === undefined || ours.allows(value)) return [];
  return [invalid(pointer, `The value of "${name}" must be ${ours.expected}.`, 'Correct the value, or leave the keyword out.')];
}

function unknownKeyword(dialect: Dialect, name: string, pointer: string): SchemaProblem {
  const remedy = WORDS_OF_THE_OTHER_DIALECT[dialect].get(name);
  if (remedy !== undefined) {
    return invalid(pointer, `The dialect ${dialect} has no keyword "${name}", so it would be ignored.`, remedy);
  }
  const nearest = nearestWord(name, [...keywordNames(dialect), ...OUR_KEYWORDS.keys()]);
  const suggestion = nearest === undefined ? 'Leave it out' : `Did you mean "${nearest}"? Otherwise leave it out`;
  return invalid(
    pointer,
    `The keyword ${quotedText(name)} is unknown.`,
    `${suggestion}, or let its name begin with "x-" if it is an annotation of yours.`,
  );
}

const CHECKS: ReadonlyMap<string, (at: At) => SchemaProblem[]> = new Map([
  ['$schema', metaSchema],
  ['$ref', reference],
  ['$dynamicRef', reference],
  ['$anchor', anchor],
  ['$dynamicAnchor', anchor],
  ['format', format],
  ['pattern', ({ value, pointer }: At) => patternProblems(value, pointer)],
  ['patternProperties', patternNames],
  ['if', alone],
  ['then', withoutIf],
  ['else', withoutIf],
  ['minContains', containsLimit],
  ['maxContains', containsLimit],
  ['additionalItems', withoutItems],
  ['unevaluatedItems', ({ node, name, pointer }: At) => unevaluatedProblems(node, name, pointer)],
  ['unevaluatedProperties', ({ node, name, pointer }: At) => unevaluatedProblems(node, name, pointer)],
]);

function metaSchema({ dialect, value, pointer, node }: At): SchemaProblem[] {
  const known = META_SCHEMAS[dialect];
  if (node.pointer !== '') return [invalid(pointer, 'The keyword "$schema" may stand at the root of a schema only.', 'Leave it out here.')];
  if (typeof value === 'string' && known.includes(value)) return [];
  return [
    invalid(pointer, `The keyword "$schema" says something else than the dialect ${dialect}.`, `Write "${known[0]}", or leave it out.`),
  ];
}

function reference({ tree, name, value, pointer }: At): SchemaProblem[] {
  if (typeof value !== 'string') return [];
  if (!value.startsWith('#')) {
    const remedy = 'Copy what it refers to into this schema, and refer to that by "#" and a JSON pointer.';
    return [invalid(pointer, `The keyword "${name}" refers to another document; nothing is fetched.`, remedy)];
  }
  if (resolveReference(value, tree) !== undefined) return [];
  const remedy = 'Write "#" and the JSON pointer of a schema in this document, such as "#/$defs/price" or "#/definitions/price".';
  return [invalid(pointer, `The reference ${quotedText(value)} leads to no schema in this document.`, remedy)];
}

function anchor({ tree, node, name, value, pointer }: At): SchemaProblem[] {
  if (typeof value !== 'string' || tree.anchors.get(value) === node) return [];
  return [invalid(pointer, `The name in "${name}" is given to another schema, too.`, 'Give each schema a name of its own.')];
}

function format({ value, pointer }: At): SchemaProblem[] {
  if (typeof value !== 'string' || (FORMATS as readonly string[]).includes(value)) return [];
  return [
    invalid(pointer, `The format ${quotedText(value)} is not supported.`, `Use one of these: ${FORMATS.join(', ')}; or write a "pattern".`),
  ];
}

function patternProblems(value: JsonValue, pointer: string): SchemaProblem[] {
  if (typeof value !== 'string') return [];
  const compiled = compilePattern(value);
  if (compiled.ok) return [];
  if (!compiled.isPattern) {
    return [invalid(pointer, compiled.message, 'Correct the pattern there; write a backslash before a character that stands for itself.')];
  }
  const remedy =
    'Write the pattern without lookahead, lookbehind, references to groups and large repetitions, in the syntax of ECMA-262 with the flag u.';
  return [problem('PATTERN_UNSUPPORTED', pointer, compiled.message, remedy)];
}

function patternNames({ value, pointer }: At): SchemaProblem[] {
  if (!isJsonObject(value)) return [];
  return Object.keys(value).flatMap((pattern) => patternProblems(pattern, joinPointer(pointer, pattern)));
}

function alone({ schema, pointer }: At): SchemaProblem[] {
  if (schema['then'] !== undefined || schema['else'] !== undefined) return [];
  return [
    invalid(
      pointer,
      'The keyword "if" stands without "then" and "else", so it would be ignored.',
      'Add "then" or "else", or leave "if" out.',
    ),
  ];
}

function withoutIf({ schema, name, pointer }: At): SchemaProblem[] {
  if (schema['if'] !== undefined) return [];
  return [invalid(pointer, `The keyword "${name}" stands without "if", so it would be ignored.`, `Add "if", or leave "${name}" out.`)];
}

function containsLimit({ schema, name, pointer }: At): SchemaProblem[] {
  const { contains, minContains, maxContains } = schema;
  if (contains === undefined) {
    return [
      invalid(
        pointer,
        `The keyword "${name}" stands without "contains", so it would be ignored.`,
        `Add "contains", or leave "${name}" out.`,
      ),
    ];
  }
  if (name === 'minContains' && minContains === 0 && maxContains === undefined) {
    return [
      invalid(
        pointer,
        'With "minContains" 0 and no "maxContains" the keyword "contains" would be ignored.',
        'Leave both out, or add "maxContains".',
      ),
    ];
  }
  if (name === 'maxContains' && Number(minContains ?? 1) > Number(maxContains)) {
    return [
      invalid(pointer, 'The value of "maxContains" is below that of "minContains", so no array would be valid.', 'Correct one of the two.'),
    ];
  }
  return [];
}

function withoutItems({ schema, pointer }: At): SchemaProblem[] {
  if (Array.isArray(schema['items'])) return [];
  const remedy = 'Let "items" be an array of schemas, or leave "additionalItems" out.';
  return [invalid(pointer, 'The keyword "additionalItems" stands without an array in "items", so it would be ignored.', remedy)];
}

/** In draft-07 a schema with `$ref` consists of the reference alone: what stands beside it would be ignored. */
function besideReference({ dialect, schema, name, pointer }: At): SchemaProblem[] {
  if (dialect !== 'draft-07' || schema['$ref'] === undefined || BESIDE_REFERENCE.has(name)) return [];
  return [
    invalid(
      pointer,
      `In draft-07 the keyword "${name}" is ignored beside "$ref".`,
      'Put the reference into "allOf", beside the other keywords, or use the dialect 2020-12.',
    ),
  ];
}

const BESIDE_REFERENCE = new Set<string>([
  ...REFERENCES,
  ...'$schema $comment title description default readOnly writeOnly examples definitions contentMediaType contentEncoding'.split(' '),
]);
