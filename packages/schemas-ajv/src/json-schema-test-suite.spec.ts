// The official JSON-Schema-Test-Suite (golden/json-schema-test-suite, as Python's jsonschema 4.26.0 ships it), against what we accept and judge.
import { readFileSync } from 'node:fs';
import { Document, parseJsonText, type JsonObject, type JsonValue } from '@confledger/document';
import type { Dialect, Examined, Judgement, Rule, Violation } from '@confledger/domain';
import { describe, expect, it } from 'vitest';
import { examineSchema } from './examine.js';
import { judgeDocument } from './judge.js';
import { ABSTRACT, CONCRETE, REFERENCES, ruleAt } from './judge-spec.js';
import { Validators } from './validators.js';
import { Verdicts } from './verdicts.js';

interface Group {
  readonly file: string;
  readonly description: string;
  readonly schema: JsonObject | boolean;
  readonly tests: readonly { readonly description: string; readonly data: JsonValue; readonly valid: boolean }[];
}

/** Groups whose schemas we refuse, by the beginning of the refusal: why, and how many there are in draft-07 and in 2020-12. */
const REFUSED: readonly (readonly [message: string, why: string, draft07: number, draft2020: number])[] = [
  ['The keyword "$id" is not supported', 'a schema has no address', 24, 50],
  ['The keyword "$ref" refers to another document', 'nothing is fetched', 11, 18],
  ['The format "regex"', 'a pattern of one engine is none of another', 2, 3],
  ['The format "idn-', 'neither ajv-formats nor we know internationalized names', 5, 5],
  ['The format "iri', 'neither ajv-formats nor we know internationalized references', 4, 4],
  ['The format "unknown"', 'formats are asserted, so an unknown one is refused', 1, 1],
  ['The keyword "array_of_schemas" is unknown', 'an unknown keyword is a spelling mistake', 1, 1],
  ['The keyword "unknown-keyword" is unknown', 'an unknown keyword is a spelling mistake', 0, 2],
  ['The keyword "if" stands without', 'what would be ignored is refused', 2, 4],
  ['The keyword "then" stands without', 'what would be ignored is refused', 1, 1],
  ['The keyword "else" stands without', 'what would be ignored is refused', 1, 1],
  ['The keyword "additionalItems" stands without', 'what would be ignored is refused', 5, 0],
  ['In draft-07 the keyword "maxItems" is ignored beside "$ref"', 'what would be ignored is refused', 1, 0],
  ['The keyword "maxContains" stands without', 'what would be ignored is refused', 0, 1],
  ['The keyword "minContains" stands without', 'what would be ignored is refused', 0, 1],
  ['With "minContains" 0', 'what would be ignored is refused', 0, 1],
  ['The value of "maxContains" is below', 'a schema that nothing fits', 0, 1],
  ['The dialect 2020-12 has no keyword "dependencies"', 'words of the other dialect', 0, 7],
  ['The reference "#foo" leads to no schema', 'its "$id" is not supported', 1, 0],
  ['The keyword "$schema" says something else', 'a vocabulary of its own', 0, 1],
  ['The keyword "unevaluatedItems" is not supported together', 'ajv does not follow it exactly', 0, 5],
  ['The keyword "unevaluatedProperties" is not supported together', 'ajv does not follow it exactly', 0, 3],
];

/** Tests that we judge otherwise, by file and description: why. */
const OTHERWISE: readonly (readonly [file: string, test: RegExp, why: string])[] = [
  ['optional/content', /invalid/, 'contents are annotations, as the other files of the suite have it'],
  ['format', /is only an annotation by default$/, 'formats are asserted in both dialects'],
  ['properties', /^__proto__ not valid$/, 'neither schemas nor documents can have a member of that name'],
  ['optional/format/email', /quoted string|address-literal/, 'ajv-formats takes the addresses that people have'],
];

function groupsOf(dialect: Dialect): Group[] {
  const lines = readFileSync(new URL(`golden/json-schema-test-suite/${dialect}.jsonl`, import.meta.url), 'utf8').split('\n');
  return lines.filter((line) => line !== '').flatMap(groupOf);
}

/** None for lines that no document can hold: numbers beyond doubles, half a surrogate pair. */
function groupOf(line: string): Group[] {
  try {
    return [parseJsonText(line) as Group];
  } catch {
    return [];
  }
}

describe.each([['draft-07', 2] as const, ['2020-12', 3] as const])('the official suite of %s', (dialect, column) => {
  const validators = new Validators();
  const parts = { validators, verdicts: new Verdicts() };
  const groups = groupsOf(dialect);
  const examined = groups.map((group) => ({ group, answer: examineSchema({ dialect, schema: group.schema }) }));

  it('is refused in the groups that are listed with their reasons, and in no other', () => {
    const counts = new Map(REFUSED.map(([message]) => [message, 0]));
    const unlisted: string[] = [];
    for (const { group, answer } of examined) {
      if (answer.kind === 'fit') continue;
      const { message } = answer.problems[0];
      const listed = REFUSED.find(([start]) => message.startsWith(start))?.[0];
      if (listed === undefined) unlisted.push(`${group.file}: ${group.description}: ${message}`);
      else counts.set(listed, (counts.get(listed) ?? 0) + 1);
    }
    expect(unlisted).toEqual([]);
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(REFUSED.map((row) => [row[0], row[column]])));
  });

  it('is judged as it says everywhere else', () => {
    const differing: string[] = [];
    let judged = 0;
    for (const { group, answer } of examined) {
      if (answer.kind === 'refused') continue;
      const validator = validators.validatorOf({ dialect, schema: group.schema });
      for (const { description, data, valid } of group.tests) {
        judged++;
        if ((validator.judge(data, undefined).length === 0) === valid) continue;
        if (OTHERWISE.some(([file, test]) => file === group.file && test.test(description))) continue;
        differing.push(`${group.file}: ${group.description}: ${description}`);
      }
    }
    expect(differing).toEqual([]);
    expect(judged).toBeGreaterThan(1_100);
  });

  it('is judged alike in abstract environments, but for what is missing or not judged', () => {
    const differing: string[] = [];
    let judgedObjects = 0;
    for (const { group, answer } of examined) {
      if (answer.kind === 'refused') continue;
      for (const { description, data } of group.tests) {
        const document = typeof data === 'object' && data !== null && !Array.isArray(data) ? Document.from(data as JsonObject) : undefined;
        if (document?.ok !== true) continue;
        judgedObjects++;
        const toJudge = { rules: [ruleAt('', group.schema, dialect)], document: document.value };
        const concrete = judgeDocument({ ...toJudge, ...CONCRETE }, parts);
        const abstract = judgeDocument({ ...toJudge, ...ABSTRACT }, parts);
        const known = concrete.violations.filter(({ keyword }) => !ABOUT_MISSING.includes(keyword));
        const isSame =
          abstract.unjudged.length > 0
            ? isPartOf(abstract, concrete)
            : isPartOf(abstract, { violations: known }) && isPartOf({ violations: known }, abstract);
        if (!isSame) differing.push(`${group.file}: ${group.description}: ${description}`);
      }
    }
    expect(differing).toEqual([]);
    expect(judgedObjects).toBeGreaterThan(200);
  });

  it('is judged alike where references are on and no leaf holds one', () => {
    for (const toJudge of objectsOf(examined, dialect))
      for (const mode of [CONCRETE, ABSTRACT])
        expect(judgeDocument({ ...toJudge, ...mode, hasReferences: true }, parts)).toEqual(judgeDocument({ ...toJudge, ...mode }, parts));
  });

  it('has no violation with a reference at a leaf that it does not have with what stands there', () => {
    const counts = { certain: 0, unjudged: 0, alike: 0 };
    for (const { rules, document } of objectsOf(examined, dialect)) {
      const concrete = judgeDocument({ rules, document, ...CONCRETE }, parts).violations.map(said);
      for (const { path, value } of document.leaves()) {
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) continue;
        const unknown = document.apply([{ path, value: '${env:X}' }]);
        const { violations, unjudged } = judgeDocument({ rules, document: unknown, ...REFERENCES }, parts);
        expect(concrete).toEqual(expect.arrayContaining(violations.map(said)));
        const isAlike = concrete.every((each) => each.startsWith(`${path} `) || violations.some((other) => said(other) === each));
        expect(unjudged.length > 0 || isAlike).toBe(true);
        counts.certain += Math.min(violations.length, 1);
        counts.unjudged += Math.min(unjudged.length, 1);
        counts.alike += Number(isAlike);
      }
    }
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(50);
  });
});

const said = ({ path, keyword, message }: Violation): string => `${path} ${keyword} ${message}`;

/** The tests whose data are objects, with their schemas at the root. */
function* objectsOf(
  examined: readonly { readonly group: Group; readonly answer: Examined }[],
  dialect: Dialect,
): Generator<{ readonly rules: readonly Rule[]; readonly document: Document }> {
  for (const { group, answer } of examined) {
    if (answer.kind === 'refused') continue;
    for (const { data } of group.tests) {
      const document = typeof data === 'object' && data !== null && !Array.isArray(data) ? Document.from(data as JsonObject) : undefined;
      if (document?.ok === true) yield { rules: [ruleAt('', group.schema, dialect)], document: document.value };
    }
  }
}

const ABOUT_MISSING = ['required', 'minProperties', 'dependentRequired', 'dependencies'];

function isPartOf(part: Pick<Judgement, 'violations'>, whole: Pick<Judgement, 'violations'>): boolean {
  const identities = new Set(whole.violations.map(({ identity }) => identity));
  return part.violations.every(({ identity }) => identities.has(identity));
}
