// An instance of ajv with our options, formats, patterns and keywords. One for each schema document, so that nothing is shared between two.
import { Ajv, _, Name, str, type Code, type CodeKeywordDefinition, type KeywordCxt, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { canonicalJson, type JsonValue } from '@confledger/document';
import type { Dialect } from '@confledger/domain';
import { dataPointer, dataSteps, valueAt } from './data-references.js';
import { pointerSteps } from './json-pointer.js';
import { isMultipleOf } from './multiple-of.js';
import { compilePattern, type LinearPattern } from './patterns.js';
import { EQUALS_KEY, NEVER } from './schema-copy.js';
import { DATA_KEYWORDS, FORMATS } from './vocabulary.js';

/** What a validator of the instance needs to know of the place that is judged. It is set before each judgement. */
export interface JudgedPlace {
  /** Last segment of the place; undefined at the root. */
  key: string | undefined;
  /** Whether a limit by `$data` is not known; it is then taken to hold. Undefined where all limits are known. */
  isOpen: ((limit: AskedLimit) => boolean) | undefined;
}

/** A limit by `$data`, where it is asked for. Steps lead from the mounted place down. */
export interface AskedLimit {
  /** To the value that is compared. */
  readonly at: readonly string[];
  readonly keyword: string;
  /** The object of the schema that the keyword stands in. */
  readonly schema: object;
  /** To the limit; undefined where that is above the mounted place. */
  readonly steps: readonly string[] | undefined;
  /** Nothing stands there. */
  readonly isMissing: boolean;
}

export interface Instance {
  readonly ajv: Ajv | Ajv2020;
  readonly place: JudgedPlace;
}

/** Variables of the code that ajv makes, by the names that it gives them. */
const names = { errors: new Name('errors'), rootData: new Name('rootData'), instancePath: new Name('instancePath') };

const OPTIONS: Options = {
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  // A member may be named and match a pattern: then both hold.
  allowMatchingProperties: true,
  // Schemas that are accepted were validated when they were set.
  validateSchema: false,
  meta: false,
  addUsedSchema: false,
  // Members called toString are members.
  ownProperties: true,
  // Failures name their schema by its object; one that is compiled into another would name the other.
  inlineRefs: false,
  verbose: true,
  messages: false,
  logger: false,
};

/** A fresh instance; with `allErrors` its validators go on after the first failure. */
export function ajvInstance(dialect: Dialect, allErrors: boolean): Instance {
  // Optimized code judges 50 members in 2.5 µs in place of 4, and takes four times as long to make: 1.8 s for 2,000 nodes in place of 0.4.
  const options: Options = { ...OPTIONS, allErrors, code: { regExp: linearRegExp, optimize: false } };
  const ajv = dialect === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  const place: JudgedPlace = { key: undefined, isOpen: undefined };
  for (const name of FORMATS) ajv.addFormat(name, fullFormats[name]);
  ajv.addKeyword({ keyword: NEVER, code: (cxt: KeywordCxt) => cxt.fail(_`true`) });
  ajv.addKeyword({
    keyword: EQUALS_KEY,
    type: 'string',
    code: (cxt: KeywordCxt) => failUnless(cxt, (data: unknown) => data === place.key),
  });
  change(ajv, 'multipleOf', () => ({ code: (cxt) => failUnless(cxt, isMultipleOf, _`${cxt.schemaCode}`) }));
  for (const keyword of DATA_KEYWORDS) change(ajv, keyword, (definition) => withData(definition, place));
  change(ajv, 'patternProperties', withEvaluated);
  for (const keyword of ['anyOf', 'oneOf', 'contains']) change(ajv, keyword, countsInner);
  change(ajv, 'propertyNames', () => ({
    code: propertyNames,
    error: { message: '', params: ({ params }) => _`{propertyName: ${params['key']}, inner: ${params['inner']}}` },
  }));
  return { ajv, place };
}

type Change = Partial<Pick<CodeKeywordDefinition, 'code' | 'error' | 'schemaType'>>;

/** Changes a keyword of one instance, whose definitions are its own. */
function change(ajv: Ajv | Ajv2020, keyword: string, changed: (definition: CodeKeywordDefinition) => Change): void {
  const definition = ajv.getKeyword(keyword);
  if (typeof definition === 'boolean') throw new TypeError(`ajv does not know the keyword ${keyword}`);
  Object.assign(definition, changed(definition as CodeKeywordDefinition));
}

/** Lets the failure say how many failures of the branches precede it: `params.inner`. */
function countsInner({ error }: CodeKeywordDefinition): Change {
  const params = error?.params;
  const own = (cxt: KeywordCxt) => (typeof params === 'function' ? params(cxt) : (params ?? _`{}`));
  return {
    error: {
      message: '',
      params: (cxt) => _`{...${own(cxt as KeywordCxt)}, inner: ${names.errors} - ${(cxt as KeywordCxt).errsCount ?? names.errors}}`,
    },
  };
}

/** ajv leaves the members that were evaluated undefined where no branch of `oneOf` holds, and then throws where it adds to them. */
function withEvaluated({ code }: CodeKeywordDefinition): Change {
  return {
    code: (cxt, rule) => {
      const { props } = cxt.it;
      if (props instanceof Name) cxt.gen.if(_`${props} === undefined`, () => cxt.gen.assign(props, _`{}`));
      code(cxt, rule);
    },
  };
}

function propertyNames(cxt: KeywordCxt): void {
  const { gen, data, it } = cxt;
  const valid = gen.name('valid');
  gen.forIn('key', data, (key) => {
    const before = gen.const('before', names.errors);
    cxt.setParams({ key, inner: _`${names.errors} - ${before}` });
    cxt.subschema({ keyword: 'propertyNames', data: key, dataTypes: ['string'], propertyName: key, compositeRule: true }, valid);
    gen.if(_`!${valid}`, () => {
      cxt.error(true);
      if (it.allErrors !== true) gen.break();
    });
  });
  cxt.ok(valid);
}

/** The limit, or the limit that stands elsewhere in the document, which is none where nothing stands there. */
function withData(definition: CodeKeywordDefinition, place: JudgedPlace): Change {
  const { code, schemaType } = definition;
  const types = Array.isArray(schemaType) ? schemaType : schemaType === undefined ? [] : [schemaType];
  return {
    schemaType: types.length === 0 ? [] : [...types, 'object'],
    code: (cxt, rule) => {
      const pointer = dataPointer(cxt.schema as JsonValue);
      if (pointer === undefined || pointer === null) return code(cxt, rule);
      const { keyword, parentSchema: schema } = cxt;
      const holds = (data: unknown, root: unknown, instancePath: string): boolean => {
        const at = pointerSteps(instancePath) ?? [];
        const steps = dataSteps(pointer, at);
        const limit = steps && valueAt(steps, root);
        if (place.isOpen?.({ at, keyword, schema, steps, isMissing: limit === undefined }) === true) return true;
        return limit === undefined || keepsLimit(keyword, data, limit);
      };
      return failUnless(cxt, holds, names.rootData, str`${names.instancePath}${cxt.it.errorPath}`);
    },
  };
}

function keepsLimit(keyword: string, data: unknown, limit: unknown): boolean {
  if (keyword === 'const') return canonicalJson(data as JsonValue) === canonicalJson(limit as JsonValue);
  if (typeof data !== 'number' || typeof limit !== 'number') return false;
  if (keyword === 'minimum') return data >= limit;
  if (keyword === 'maximum') return data <= limit;
  return keyword === 'exclusiveMinimum' ? data > limit : data < limit;
}

/** Fails the keyword unless the function says true of the value and the further arguments. */
function failUnless(cxt: KeywordCxt, holds: (...values: never[]) => boolean, ...further: readonly Code[]): void {
  const name = cxt.gen.scopeValue('func', { ref: holds });
  cxt.fail(_`!${name}(${joined([_`${cxt.data}`, ...further])})`);
}

function joined(values: readonly Code[]): Code {
  return values.reduce((list, value) => _`${list}, ${value}`);
}

/** Patterns of schemas that were examined can be compiled. */
function linearRegExp(source: string): LinearPattern {
  const compiled = compilePattern(source);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.pattern;
}
linearRegExp.code = 'linearRegExp';
