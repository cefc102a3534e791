// Whether a schema may be stored: what we support, what ends, what is small enough; and what it says of places.
import { isJsonObject } from '@confledger/document';
import { DIALECTS, type Examined, type SchemaDocument, type SchemaProblem } from '@confledger/domain';
import { annotationsOf } from './annotations.js';
import { dataTargetProblems } from './data-targets.js';
import { keywordProblems } from './keyword-problems.js';
import { metaProblems } from './meta-schemas.js';
import { invalid, PROBLEMS_MAX } from './problems.js';
import { schemaTree } from './schema-tree.js';
import { patternsProblem, sizeProblem } from './size.js';
import { compileCheck, Validators } from './validators.js';
import { costProblem } from './ways.js';

export { SCHEMA_BYTES_MAX, SCHEMA_NODES_MAX, schemaNodes } from './size.js';
export { validatorId, VALIDATOR_RELEASE } from './validator-id.js';
export { WAYS_MAX, waysOf } from './ways.js';

/**
 * What is wrong with a schema, at most 100 problems, or what it says of places. Takes up to a second and a half for a schema of 2,000 nodes,
 * because a schema that is fit was compiled. `validators` keep what was compiled.
 */
export function examineSchema(document: SchemaDocument, validators = new Validators(1)): Examined {
  const problem = documentProblem(document) ?? sizeProblem(document);
  if (problem !== undefined) return { kind: 'refused', problems: [problem] };
  const tree = schemaTree(document);
  const problems = [
    // Before patterns are compiled.
    () => asList(patternsProblem(tree)),
    () => keywordProblems(document, tree),
    () => metaProblems(document),
    () => asList(costProblem(tree)),
    () => dataTargetProblems(tree),
    () => asList(compileCheck(validators.validatorOf(document))),
  ];
  for (const check of problems) {
    const [first, ...others] = check();
    if (first !== undefined) return { kind: 'refused', problems: [first, ...others.slice(0, PROBLEMS_MAX - 1)] };
  }
  return { kind: 'fit', annotations: annotationsOf(tree.root) };
}

function asList(problem: SchemaProblem | undefined): SchemaProblem[] {
  return problem === undefined ? [] : [problem];
}

function documentProblem({ dialect, schema }: SchemaDocument): SchemaProblem | undefined {
  if (!(DIALECTS as readonly string[]).includes(dialect)) {
    return invalid('', 'The dialect is unknown.', `Use one of these: ${DIALECTS.join(', ')}.`);
  }
  if (typeof schema === 'boolean' || isJsonObject(schema)) return undefined;
  return invalid(
    '',
    'A schema is an object, or true or false; this is another kind of value.',
    'Send a schema, such as { "type": "object" }.',
  );
}
