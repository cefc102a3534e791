// The tables, examples and samples of the page of built-in categories, made from the schemas of an edition.
import type { Category, CategoryName } from '@confledger/categories';

/** The words of JSON Schema that categories are written in. */
interface Schema {
  readonly title: string;
  readonly description: string;
  readonly type?: string | readonly string[];
  readonly 'x-unit'?: string;
  readonly 'x-equalsKey'?: boolean;
  readonly default?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema | false>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
  /** Bounds that another member gives, and rules that the descriptions tell. */
  readonly allOf?: readonly { readonly minimum?: { readonly $data: string } }[];
}

/** A TypeScript sample of a category's setters, and what it prints. Both are run as they stand on the page. */
export interface SetterSample {
  readonly code: string;
  readonly output: string;
}

const BEGIN = '<!-- categories: written from packages/categories, see test/e2e/src/categories-page.spec.ts -->';
const END = '<!-- end of the categories -->';

/** The page with these categories between its markers; throws where it has none. */
export function pageWith(page: string, categories: readonly Category[], samples: Readonly<Record<CategoryName, SetterSample>>): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The page has no line '${BEGIN}' before a line '${END}'.`);
  const sections = categories.map((category) => sectionOf(category, samples[category.category]));
  return [page.slice(0, begin + BEGIN.length), contentsOf(categories), ...sections, page.slice(end)].join('\n\n');
}

function contentsOf(categories: readonly Category[]): string {
  const rows = categories.map(({ mount, schema }) => {
    const { title, description } = schema as object as Schema;
    return `| [${title}](#${title.toLowerCase().replaceAll(' ', '-')}) | \`${mount}\` | ${description} |`;
  });
  return ['| category | mount | purpose |', '|---|---|---|', ...rows].join('\n');
}

function sectionOf(category: Category, { code, output }: SetterSample): string {
  const { mount, examples } = category;
  const [, complete] = examples;
  const schema = category.schema as object as Schema;
  return [
    `## ${schema.title}`,
    `${schema.description} Mount: \`${mount}\`.${mount.endsWith('.*') ? OWN_NAME : ''}`,
    ...(ON_NODES[category.category] ?? []),
    [...HEAD, ...rowsOf(schema, mount)].join('\n'),
    `For example at \`${complete.path}\`:`,
    fenced('json', JSON.stringify(complete.value, null, 2)),
    `${fenced('ts', code)}\n${fenced('text', output)}`,
  ].join('\n\n');
}

/** What nodes of this release do by a category. No part of the schemas, which never change. */
const ON_NODES: Readonly<Record<string, readonly string[]>> = {
  profiles: [
    'A node with the option `profiles` [lays a profile over the document](resolution.md#profiles) while its conditions hold; other nodes read it as any value.',
  ],
  flags: [
    '**Nodes of this release do not evaluate flags yet.** They are stored and judged by this schema, and a node reads them as any value.',
  ],
};

const OWN_NAME = ' `*` is a name of your own: any one segment of a path.';
const HEAD = ['| member | type | unit | allowed | default | required | meaning |', '|---|---|---|---|---|---|---|'];

const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

/** The rows of a schema's members, those inside of members included; of the schema itself where it has none. */
function rowsOf(schema: Schema, mount: string): string[] {
  if (schema.type !== 'object') return [rowOf({ name: mount, schema, need: '' })];
  return membersOf(schema, '').map(rowOf);
}

interface Member {
  readonly name: string;
  readonly schema: Schema;
  /** When it is required. */
  readonly need: string;
}

function membersOf(schema: Schema, prefix: string): Member[] {
  const { properties = {}, additionalProperties } = schema;
  const any: [string, Schema][] = typeof additionalProperties === 'object' ? [['*', additionalProperties]] : [];
  return [...Object.entries(properties), ...any].flatMap(([name, member]) => {
    if (member === false) return [];
    const own = { name: `${prefix}${name}`, schema: member, need: needOf(name, schema) };
    return [own, ...innerOf(member, own.name)];
  });
}

/** The members of what stands in a member: of an object, or of the objects of an array. */
function innerOf(schema: Schema, name: string): Member[] {
  const { items } = schema;
  if (items === undefined) return membersOf(schema, `${name}.`);
  const inner = membersOf(items, `${name}[].`);
  return inner.length > 0 ? inner : [{ name: `${name}[]`, schema: items, need: '' }];
}

function needOf(name: string, { required = [], dependentRequired = {} }: Schema): string {
  if (required.includes(name)) return 'yes';
  const others = Object.entries(dependentRequired).filter(([, needed]) => needed.includes(name));
  return others.length === 0 ? '' : `with ${others.map(([other]) => `\`${other}\``).join(', ')}`;
}

function rowOf({ name, schema, need }: Member): string {
  const { default: standard, 'x-unit': unit = '', description } = schema;
  const type = typeof schema.type === 'object' ? schema.type.join(' or ') : (schema.type ?? 'any');
  const cells = [`\`${name}\``, type, unit, boundsOf(schema).join(', '), standard === undefined ? '' : shown(standard), need, description];
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}

/** What a value must be like beside its type, in words. */
function boundsOf(schema: Schema): string[] {
  const { enum: words, pattern, format, uniqueItems, additionalProperties, allOf = [] } = schema;
  return [
    ...(words === undefined ? [] : [words.map(shown).join(', ')]),
    ...rangeOf(schema.minimum, schema.maximum, ''),
    // `$data` names a member beside the one that is judged: `1/<name>`.
    ...allOf.flatMap(({ minimum }) => (minimum === undefined ? [] : [`≥ \`${minimum.$data.replace('1/', '')}\``])),
    ...rangeOf(schema.minLength, schema.maxLength, ' characters'),
    ...rangeOf(schema.minItems, schema.maxItems, ' items'),
    ...(uniqueItems === true ? ['all different'] : []),
    ...(pattern === undefined ? [] : [`matches \`${pattern}\``]),
    ...(format === undefined ? [] : [`\`${format}\``]),
    ...(schema['x-equalsKey'] === true ? ['equal to the name that it stands at'] : []),
    ...(additionalProperties === true ? freeExcept(schema) : []),
  ];
}

function rangeOf(least: number | undefined, most: number | undefined, of: string): string[] {
  if (least !== undefined && most !== undefined) return [`${shown(least)} to ${shown(most)}${of}`];
  if (least !== undefined) return [`≥ ${shown(least)}${of}`];
  return most === undefined ? [] : [`≤ ${shown(most)}${of}`];
}

/** An object with members of any name and any value, but for those that are forbidden. */
function freeExcept({ properties = {} }: Schema): string[] {
  const forbidden = Object.entries(properties).flatMap(([name, schema]) => (schema === false ? [`\`${name}\``] : []));
  return [`any members${forbidden.length === 0 ? '' : ` but ${forbidden.join(' and ')}`}`];
}

function shown(value: string | number | boolean): string {
  return typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 10 }) : `\`${value}\``;
}
