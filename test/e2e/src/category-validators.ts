// Makes the validators that nodes judge categories by: code that ajv generates, and the sentences of the server for each of its errors.
import { createRequire } from 'node:module';
import { Ajv2020, type KeywordCxt } from 'ajv/dist/2020.js';
import { _, Name } from 'ajv/dist/compile/codegen/index.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { categoriesOf, type CategorySchema } from '@confledger/categories';
import type { JsonObject } from '@confledger/document';
import { build } from 'esbuild';
import { sentencesOf } from '../../../packages/schemas-ajv/src/messages.js';
import { schemaTree, type SchemaNode } from '../../../packages/schemas-ajv/src/schema-tree.js';
import { Words } from '../../../packages/schemas-ajv/src/words.js';

/** Categories that nodes have getters for. */
const WITH_GETTERS: ReadonlySet<string> = new Set(['trader', 'risk', 'mev', 'token', 'circuitBreaker', 'monitoring']);
/** Stands for a name in a sentence. */
const NAME = '\u0001';

/** The TypeScript file for one edition. */
export async function validatorsOf(edition: number): Promise<string> {
  const categories = (categoriesOf(edition) ?? []).filter(({ category }) => WITH_GETTERS.has(category));
  const bundled = await bundle(generated(categories));
  const sentences = Object.fromEntries(categories.map((category) => [category.category, sentencesFor(category)]));
  return [
    '// Written by test/e2e/src/category-validators.spec.ts with CONFLEDGER_UPDATE_DUMPS=true. Not to be edited.',
    '// @ts-nocheck',
    '/* oxlint-disable */',
    bundled.trim(),
    `export const SENTENCES = ${JSON.stringify(sentences, null, 1)};`,
    '',
  ].join('\n');
}

/** One function for each category, under its name. */
function generated(categories: readonly CategorySchema[]): string {
  const ajv = new Ajv2020({
    allErrors: true,
    $data: true,
    strictSchema: false,
    validateSchema: false,
    meta: false,
    ownProperties: true,
    messages: false,
    code: { source: true, esm: true },
  });
  ajv.addKeyword({
    keyword: 'x-equalsKey',
    type: 'string',
    // The last segment of the mounted place is handed in as the name of the root in what holds it.
    code: (cxt: KeywordCxt) => cxt.fail(_`${cxt.data} !== ${new Name('parentDataProperty')}`),
  });
  for (const { category, schema } of categories) ajv.addSchema(schema, category);
  return standaloneCode.default(ajv, Object.fromEntries(categories.map(({ category }) => [category, category])));
}

/** Without an import: what ajv's code needs at run time comes along. */
async function bundle(code: string): Promise<string> {
  const resolveDir = new URL('.', import.meta.url).pathname;
  const require = createRequire(import.meta.url);
  const result = await build({
    stdin: { contents: code, resolveDir, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [{ name: 'ajv', setup: ({ onResolve }) => onResolve({ filter: /^ajv\// }, ({ path }) => ({ path: require.resolve(path) })) }],
  });
  // Paths of an installation are no part of it, nor is what ajv would make further code from.
  return (result.outputFiles[0]?.text ?? '')
    .replaceAll(/^\/\/ .*\n/gm, '')
    .replaceAll(/"[^"\n]*\/(ajv\/dist\/runtime\/[^"\n]+)"\(/g, '"$1"(')
    .replaceAll(/^ *\w+\.code = .*\n/gm, '');
}

/** By the place of the keyword, as ajv names it in errors; of `required` by the name too. */
function sentencesFor({ dialect, schema }: CategorySchema): Record<string, string> {
  const tree = schemaTree({ dialect, schema });
  const words = new Words(tree.root);
  const sentences: Record<string, string> = {};
  for (const node of tree.nodes.values()) {
    if (typeof node.schema === 'boolean') continue;
    for (const [keyword, params] of failuresIn(node.schema)) {
      const failure = { steps: stepsOf(node), node, keyword, params, inner: [] };
      const { label, unit } = words.of(failure);
      const { message } = sentencesOf(failure, { subject: label ?? '', unit, isInside: false, key: NAME });
      const name = params['missingProperty'];
      sentences[`#${node.pointer}/${keyword}${typeof name === 'string' ? ` ${name}` : ''}`] = message;
    }
  }
  return sentences;
}

const ASSERTIONS = [
  'type',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'pattern',
  'enum',
  'x-equalsKey',
];

function failuresIn(schema: JsonObject): [string, JsonObject][] {
  const found = ASSERTIONS.filter((keyword) => schema[keyword] !== undefined).map((keyword): [string, JsonObject] => [keyword, {}]);
  const { required = [], additionalProperties } = schema;
  if (Array.isArray(required))
    for (const missingProperty of required) found.push(['required', { missingProperty: String(missingProperty) }]);
  if (additionalProperties === false) found.push(['additionalProperties', { additionalProperty: NAME }]);
  return found;
}

/** Names of members on the way to a schema; any name where it is for all others. */
function stepsOf({ pointer }: SchemaNode): string[] {
  const steps = pointer.split('/').slice(1);
  return steps.flatMap((step, index) => {
    if (steps[index - 1] === 'properties') return [step];
    return step === 'additionalProperties' && steps[index - 1] !== 'properties' ? [NAME] : [];
  });
}
