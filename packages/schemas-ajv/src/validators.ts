// Compiled validators, the most recently used 2,000 of them.
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { JsonValue } from '@confledger/document';
import type { SchemaDocument, SchemaProblem } from '@confledger/domain';
import { ajvInstance, type Instance } from './ajv-instance.js';
import { FAILURES_MAX, FALSE_SCHEMA, failuresOf, type Failure } from './failures.js';
import { referenceTo } from './json-pointer.js';
import type { OpenLimit } from './open-limits.js';
import { PATTERN_BY_TABLE_SIZE_MAX, patternSizes } from './pattern-steps.js';
import { invalid } from './problems.js';
import { copyOf, type SchemaCopy } from './schema-copy.js';
import { schemaTree, type SchemaTree } from './schema-tree.js';
import { validatorId } from './validator-id.js';
import { countWays } from './ways.js';
import { Words } from './words.js';

/** Most validators that one process keeps; about 50 KB each at 50 properties. */
export const VALIDATORS_MAX = 2_000;

/** Where a part of a document stands of which not everything is known. */
export interface PartPlace {
  /** JSON pointer from the mounted place. */
  readonly instancePath: string;
  /** The value at the mounted place. */
  readonly root: JsonValue;
  /** Last segment of the mounted place. */
  readonly key: string | undefined;
  /** Whether a limit is not known, by its steps from the mounted place (undefined above it) and whether nothing stands there. */
  readonly isOpen: (steps: readonly string[] | undefined, isMissing: boolean) => boolean;
}

export interface PartVerdict {
  readonly failures: readonly Failure[];
  /** They were taken to hold. */
  readonly openLimits: readonly OpenLimit[];
}

/** The validator of one schema document. Compiled when it first judges: in milliseconds, in up to a second for 2,000 nodes. */
export class Validator {
  readonly id: string;
  readonly tree: SchemaTree;
  /** How many ways lead from its root to schemas: what a node of a document costs. */
  readonly ways: number;
  /** How many of them lead to a schema with `uniqueItems`. */
  readonly uniqueWays: number;
  readonly words: Words;
  private readonly document: SchemaDocument;
  private readonly copy: SchemaCopy;
  private quick: { readonly instance: Instance; readonly validate: ValidateFunction } | undefined;
  private thorough: Instance | undefined;
  private readonly bySchema = new Map<string, ValidateFunction>();
  private patternSizesMemo: PatternSizes | undefined;

  constructor(document: SchemaDocument, id = validatorId(document)) {
    this.id = id;
    this.document = document;
    this.tree = schemaTree(document);
    this.copy = copyOf(document.dialect, this.tree);
    this.words = new Words(this.tree.root);
    let uniqueWays = 0;
    this.ways = countWays(this.tree.root, ({ schema }) => {
      if (typeof schema !== 'boolean' && schema['uniqueItems'] === true) uniqueWays++;
    });
    this.uniqueWays = uniqueWays;
  }

  get isCompiled(): boolean {
    return this.quick !== undefined || this.tree.root.schema === true;
  }

  /** How many schemas the document consists of: what compiling costs. */
  get nodes(): number {
    return this.tree.nodes.size;
  }

  /** Compiles what judges first. Throws where ajv does not take the schema, which an examined one never makes it do. */
  compile(): void {
    this.quickly();
  }

  /** Whether the value that stands at the mounted place breaks nothing. Ends at the first failure. */
  accepts(value: JsonValue, key: string | undefined): boolean {
    if (this.tree.root.schema === true) return true;
    const { instance, validate } = this.quickly();
    instance.place.key = key;
    return validate(value);
  }

  /** The failures of the value that stands at the mounted place, at most FAILURES_MAX and one. */
  judge(value: JsonValue, key: string | undefined): Failure[] {
    if (this.accepts(value, key)) return [];
    const { place } = this.thoroughly();
    place.key = key;
    const thorough = this.validateOf('');
    // Should the two ever differ, the first failure stands.
    return this.failures(thorough(value) ? this.quick?.validate.errors : thorough.errors);
  }

  /** The failures of a part of what stands at the mounted place, by one schema of the document. */
  judgePart(value: JsonValue, pointer: string, { instancePath, root, key, isOpen }: PartPlace): PartVerdict {
    const { place } = this.thoroughly();
    const openLimits: OpenLimit[] = [];
    place.key = key;
    place.isOpen = ({ at, keyword, schema, steps, isMissing }) => {
      if (!isOpen(steps, isMissing)) return false;
      openLimits.push({ steps: at, keyword, node: this.copy.originals.get(schema) ?? this.tree.root });
      return true;
    };
    const validate = this.validateOf(pointer);
    const from = { instancePath, parentData: undefined as never, parentDataProperty: '', rootData: root as never, dynamicAnchors: {} };
    let isValid: boolean;
    try {
      isValid = validate(value, from);
    } finally {
      place.isOpen = undefined;
    }
    return { failures: isValid ? [] : this.failures(validate.errors), openLimits };
  }

  get patternSizes(): PatternSizes {
    return (this.patternSizesMemo ??= patternSizesOf(this.tree));
  }

  private failures(errors: readonly ErrorObject[] | null | undefined): Failure[] {
    const failures = failuresOf(errors ?? [], this.copy.originals, FAILURES_MAX + 1);
    // An error that belongs to no schema we know must not make the value valid.
    return failures.length > 0
      ? failures
      : [{ steps: [], node: this.tree.root, keyword: errors?.[0]?.keyword ?? FALSE_SCHEMA, params: {}, inner: [] }];
  }

  private quickly(): { readonly instance: Instance; readonly validate: ValidateFunction } {
    if (this.quick !== undefined) return this.quick;
    const instance = this.instance(false);
    this.quick = { instance, validate: rootValidator(instance) };
    return this.quick;
  }

  private thoroughly(): Instance {
    this.thorough ??= this.instance(true);
    return this.thorough;
  }

  private instance(allErrors: boolean): Instance {
    const instance = ajvInstance(this.document.dialect, allErrors);
    instance.ajv.addSchema(this.copy.schema, SCHEMA_KEY);
    return instance;
  }

  /** The validator of one schema of the document, which goes on after the first failure. */
  private validateOf(pointer: string): ValidateFunction {
    const known = this.bySchema.get(pointer);
    if (known !== undefined) return known;
    const instance = this.thoroughly();
    const validate = pointer === '' ? rootValidator(instance) : instance.ajv.compile({ $ref: `${SCHEMA_KEY}${referenceTo(pointer)}` });
    this.bySchema.set(pointer, validate);
    return validate;
  }
}

const SCHEMA_KEY = 'schema';

function rootValidator({ ajv }: Instance): ValidateFunction {
  const validate = ajv.getSchema(SCHEMA_KEY);
  if (validate === undefined) throw new Error('ajv does not know the schema that it was given');
  return validate;
}

/** The sizes of a schema's patterns, added up. */
export interface PatternSizes {
  readonly small: number;
  readonly large: number;
}

function patternSizesOf({ nodes }: SchemaTree): PatternSizes {
  const sizes = { small: 0, large: 0 };
  for (const node of nodes.values()) {
    for (const size of patternSizes(node)) sizes[size > PATTERN_BY_TABLE_SIZE_MAX ? 'large' : 'small'] += size;
  }
  return sizes;
}

/** Validators by the schema that they judge by, least recently used first. */
export class Validators {
  private readonly byId = new Map<string, Validator>();
  private readonly max: number;

  constructor(max = VALIDATORS_MAX) {
    this.max = max;
  }

  get size(): number {
    return this.byId.size;
  }

  /** The validator of an examined schema; it is compiled when it first judges. */
  validatorOf(document: SchemaDocument): Validator {
    const id = validatorId(document);
    const validator = this.byId.get(id) ?? new Validator(document, id);
    this.byId.delete(id);
    this.byId.set(id, validator);
    const oldest = this.byId.size > this.max ? this.byId.keys().next().value : undefined;
    if (oldest !== undefined) this.byId.delete(oldest);
    return validator;
  }
}

/** What keeps ajv from compiling a schema that we would take; undefined when nothing does. */
export function compileCheck(validator: Validator): SchemaProblem | undefined {
  try {
    validator.compile();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'for an unknown reason';
    return invalid('', `The schema cannot be compiled: ${reason}.`, 'Correct the keyword that is named.');
  }
}
