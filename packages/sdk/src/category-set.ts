// The built-in categories that a node asks for: judged whole before a document runs, and given out typed, with their defaults.
import { categoriesOf } from '@confledger/categories';
import { categoryProblems, type NodeCategory } from '@confledger/categories/validators';
import { formatPath, type JsonObject, type JsonValue } from '@confledger/document';
import type { AskedCategory, NodeCategories } from './asked-categories.js';
import { deepFreeze } from './deep-freeze.js';
import type { NodeProblem } from './errors.js';
import type { View } from './resolving/view.js';
import { PROBLEMS_MAX, type Judged } from './schema-set.js';

/** By category what its getter gives: by the name of a token, or by '' where there is one section. */
export type JudgedCategories = ReadonlyMap<NodeCategory, ReadonlyMap<string, Judged>>;

type CategoryJudgement =
  | { readonly kind: 'accepted'; readonly judged: JudgedCategories }
  | { readonly kind: 'refused'; readonly problems: readonly NodeProblem[] };

interface Asked {
  readonly name: NodeCategory;
  readonly edition: number;
  readonly isRequired: boolean;
  /** Segments of the mount. */
  readonly mount: readonly string[];
  readonly defaults: JsonObject;
}

export class CategorySet {
  readonly #asked: readonly Asked[];

  /** For options without flaws. */
  constructor(categories: NodeCategories) {
    this.#asked = Object.entries(categories).map(([name, asked]) => askedOf(name as NodeCategory, asked));
  }

  /** Judges by all of them, so that all problems are reported at once. What `before` says of an unchanged section is kept. */
  judge(view: View, before: JudgedCategories): CategoryJudgement {
    const judged = new Map<NodeCategory, ReadonlyMap<string, Judged>>();
    const problems: NodeProblem[] = [];
    for (const asked of this.#asked) judged.set(asked.name, judgeCategory(asked, view, before.get(asked.name), problems));
    return problems.length === 0 ? { kind: 'accepted', judged } : { kind: 'refused', problems: problems.slice(0, PROBLEMS_MAX) };
  }
}

function askedOf(name: NodeCategory, asked: AskedCategory): Asked {
  const { edition, required = false } = typeof asked === 'number' ? { edition: asked } : asked;
  const category = categoriesOf(edition)?.find((one) => one.category === name);
  if (category === undefined) throw new RangeError(`edition ${edition} has no category ${name}`);
  return { name, edition, isRequired: required, mount: category.mount.split('.'), defaults: category.defaults };
}

function judgeCategory(
  { name, edition, isRequired, mount, defaults }: Asked,
  view: View,
  before: ReadonlyMap<string, Judged> | undefined,
  problems: NodeProblem[],
): ReadonlyMap<string, Judged> {
  const judged = new Map<string, Judged>();
  for (const { key, segments } of placesOf(mount, view)) {
    const value = view.clear.valueAt(segments);
    const path = formatPath(segments);
    if (value === undefined) {
      if (isRequired) problems.push({ path, message: 'The section must be there: this node asks for it.' });
      continue;
    }
    const input = view.valueAt(path);
    const known = before?.get(key);
    if (known !== undefined && known.input === input) judged.set(key, known);
    else if (isFit(name, edition, { value, segments }, problems)) judged.set(key, { input, output: deepFreeze(filled(defaults, input)) });
  }
  return judged;
}

/** With its own value in place of a default. What is no object is no category of today, and stays as it is. */
function filled(defaults: JsonObject, input: unknown): unknown {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...defaults, ...input } : input;
}

function isFit(
  name: NodeCategory,
  edition: number,
  { value, segments }: { readonly value: JsonValue; readonly segments: readonly string[] },
  problems: NodeProblem[],
): boolean {
  const found = categoryProblems(name, edition, value, segments.at(-1) ?? '');
  for (const { segments: below, message } of found) problems.push({ path: formatPath([...segments, ...below]), message });
  return found.length === 0;
}

/** A wildcard is the last segment, where there is one. */
function placesOf(mount: readonly string[], { clear }: View): { readonly key: string; readonly segments: readonly string[] }[] {
  if (mount.at(-1) !== '*') return [{ key: '', segments: mount }];
  const above = mount.slice(0, -1);
  const node = clear.nodeAt(above);
  if (node?.kind !== 'object') return [];
  return Array.from(node.members.keys(), (key) => ({ key, segments: [...above, key] }));
}
