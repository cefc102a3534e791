// The schemas of a node: judge a document whole before it is run, and give what handles read. Feed and cache are judged alike.
import { formatPath, joinPath } from '@confledger/document';
import { isSecret } from '@confledger/secrets';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { deepFreeze } from './deep-freeze.js';
import type { NodeProblem } from './errors.js';
import type { NodeSchemas } from './options.js';
import type { NodeValue, View } from './resolving/view.js';

/** How many problems of one document are kept, and how long a message may be. */
export const PROBLEMS_MAX = 100;
const MESSAGE_LENGTH_MAX = 500;
const BARE_VALUE_LENGTH_MIN = 4;

/** What one schema made of its subtree. The same input object gives the same output object again. */
export interface Judged {
  readonly input: NodeValue | undefined;
  readonly output: unknown;
}

export type Judgement =
  | { readonly kind: 'accepted'; readonly judged: ReadonlyMap<string, Judged> }
  | { readonly kind: 'refused'; readonly problems: readonly NodeProblem[] }
  /** This schema answered with a promise: a mistake of the program, not of the document. */
  | { readonly kind: 'asynchronous'; readonly path: string };

export class SchemaSet {
  readonly #schemas: ReadonlyMap<string, StandardSchemaV1>;

  constructor(schemas: NodeSchemas) {
    this.#schemas = new Map(Object.entries(schemas));
  }

  has(path: string): boolean {
    return this.#schemas.has(path);
  }

  /** Judges by every schema, so that all problems are reported at once. What `before` says of an unchanged subtree is kept. */
  judge(view: View, before: ReadonlyMap<string, Judged>): Judgement {
    const judged = new Map<string, Judged>();
    const problems: NodeProblem[] = [];
    for (const [path, schema] of this.#schemas) {
      const input = view.valueAt(path);
      const known = before.get(path);
      if (known !== undefined && known.input === input) {
        judged.set(path, known);
        continue;
      }
      const result = validate(schema, input);
      if (result === 'asynchronous') return { kind: 'asynchronous', path };
      if ('issues' in result && result.issues !== undefined) problems.push(...result.issues.map((issue) => problemOf(path, input, issue)));
      else judged.set(path, { input, output: result.value === input ? input : deepFreeze(result.value) });
    }
    return problems.length === 0 ? { kind: 'accepted', judged } : { kind: 'refused', problems: problems.slice(0, PROBLEMS_MAX) };
  }
}

type SyncResult = StandardSchemaV1.Result<unknown> | 'asynchronous';

function validate(schema: StandardSchemaV1, input: NodeValue | undefined): SyncResult {
  try {
    const result = schema['~standard'].validate(input);
    if (!('then' in result)) return result;
    // Nothing awaits it; its failure must not end the process.
    result.then(undefined, () => undefined);
    return 'asynchronous';
  } catch (error) {
    // The message may quote the value that it failed on: only its kind is reported.
    return { issues: [{ message: `the schema threw ${error instanceof Error ? error.name : 'a value'}` }] };
  }
}

function problemOf(mount: string, input: NodeValue | undefined, issue: StandardSchemaV1.Issue): NodeProblem {
  const segments = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const path = segments.reduce((base, segment) => (base === '' ? formatPath([segment]) : joinPath(base, segment)), mount);
  const found = segments.reduce(memberOf, input);
  return { path: path === '' ? null : path, message: withoutValue(issue.message, found).slice(0, MESSAGE_LENGTH_MAX) };
}

function memberOf(value: NodeValue | undefined, segment: string): NodeValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
  return isSecret(value) ? undefined : (value as { readonly [name: string]: NodeValue })[segment];
}

/** Some libraries quote the value that they refuse. It may be a secret, and messages end in logs and reports. */
function withoutValue(message: string, value: NodeValue | undefined): string {
  if (typeof value !== 'string' && typeof value !== 'number') return message;
  const quoted = message.replaceAll(JSON.stringify(value), '(the value)');
  // Bare, only what is long enough not to be a piece of an ordinary word.
  return String(value).length < BARE_VALUE_LENGTH_MIN ? quoted : quoted.replaceAll(String(value), '(the value)');
}
