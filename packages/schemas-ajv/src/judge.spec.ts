// Judging documents: mounts, places, sentences, identities, the memory of verdicts, and that no value is quoted.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { Violation } from '@confledger/domain';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { costJudgement, costOf, costsOf, judgeDocument, splitByCost } from './judge.js';
import { ABSTRACT, CONCRETE, documentOf, judged, listed, REFERENCES, ruleAt, violationsAt } from './judge-spec.js';
import type { JudgementMode } from './mode.js';
import { Validators } from './validators.js';
import { Verdicts } from './verdicts.js';

const RISK = {
  type: 'object',
  required: ['maxPositionSize'],
  additionalProperties: false,
  properties: {
    maxPositionSize: { type: 'number', minimum: 0, 'x-unit': 'USD' },
    note: { type: 'string', 'x-label': 'The note', maxLength: 3 },
  },
} satisfies JsonObject;

describe('a mount', () => {
  const numbers = { type: 'number' };

  it.each<[mount: string, paths: string[]]>([
    ['a.b', ['a.b']],
    ['a.*', ['a.b', 'a.x\\.y']],
    ['*.b', ['*.b', 'a.b']],
    ['\\*.b', ['*.b']],
    ['a.x\\.y', ['a.x\\.y']],
    ['*.*', ['*.b', 'a.b', 'a.x\\.y']],
    ['nowhere', []],
    ['a.b.c', []],
    ['', ['']],
  ])('%j names the places that are there', (mount, paths) => {
    const document = { a: { b: 'x', 'x.y': 'x' }, '*': { b: 'x' } };
    expect(judged(document, [ruleAt(mount, numbers)]).violations.map(({ path }) => path)).toEqual(paths);
  });

  it('at the root is judged in an empty document, too', () => {
    expect(listed(judged({}, [ruleAt('', { required: ['risk'] }), ruleAt('risk', RISK)]))).toEqual([' required']);
  });
});

describe('a violation', () => {
  it('names the object, the leaf, or what lies inside an array', () => {
    const document = { risk: { maxPositionSize: -1, other: {}, list: [1, { a: 'x' }] } };
    const schema = { ...RISK, required: ['note'], properties: { ...RISK.properties, list: { items: { type: 'number' }, maxItems: 1 } } };
    expect(listed(judged(document, [ruleAt('risk', schema)]))).toEqual([
      'risk required',
      'risk additionalProperties',
      'risk.list  maxItems',
      'risk.list /1 type',
      'risk.maxPositionSize minimum',
    ]);
  });

  it('is said once where two ways lead to the same rule', () => {
    const schema = { allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }], $defs: { a: { type: 'string' } } };
    expect(violationsAt(1, schema)).toHaveLength(1);
  });

  it.each<[value: JsonValue, schema: JsonObject, message: string]>([
    [-1, RISK.properties.maxPositionSize, 'at must be at least 0 USD.'],
    ['long', RISK.properties.note, 'The note must have at most 3 characters.'],
    [
      { max: 1 },
      { properties: { max: { 'x-label': 'The limit' } }, allOf: [{ properties: { max: { exclusiveMinimum: 1 } } }] },
      'The limit must be more than 1.',
    ],
    [{}, RISK, 'at must have the member "maxPositionSize".'],
    [{ maxPositionSize: 1, x: 2 }, RISK, 'at must not have the member "x".'],
    [19.999, { multipleOf: 0.01 }, 'at must be a multiple of 0.01.'],
    [true, { type: ['integer', 'null'] }, 'at must be a whole number or null.'],
    ['c', { enum: ['a', 'b'] }, 'at must be one of "a", "b".'],
    ['c', { const: { a: 1 } }, 'at must be {"a":1}.'],
    ['c', { pattern: '^a' }, 'at must match the pattern "^a".'],
    ['c', { format: 'date' }, 'at must have the format "date".'],
    [
      'c',
      { anyOf: [{ type: 'number' }, { maxLength: 0 }] },
      'at must match at least one of 2 alternatives: it must be a number; it must have at most 0 characters.',
    ],
    [
      'c',
      { oneOf: [{ type: 'string' }, { maxLength: 3 }, false] },
      'at must match exactly one of 3 alternatives; it matches number 1 and 2.',
    ],
    ['c', { not: { type: 'string' } }, 'at must not be what the schema excludes by "not".'],
    ['c', { not: { const: 'c' } }, 'at must differ from "c".'],
    [{ from: 1, to: 1 }, { properties: { to: { not: { const: { $data: '1/from' } } } } }, 'to must differ from the value of "from".'],
    [0, { minimum: 1, 'x-unit': 'failures per request' }, 'at must be at least 1 (failures per request).'],
    [0, { minimum: 2, 'x-unit': 'failures per request' }, 'at must be at least 2 failures per request.'],
    [0, { minimum: 1, 'x-unit': 'basis points' }, 'at must be at least 1 (basis points).'],
    [0, { minimum: 1, 'x-unit': 'bps' }, 'at must be at least 1 bps.'],
    ['c', { 'x-equalsKey': true }, 'at must equal the name of its place, "at".'],
    [{ b: 1, a: 2 }, { properties: { a: { maximum: { $data: '1/b' } } } }, 'a must be at most the value of "b".'],
    [
      { aB: 1 },
      { propertyNames: { pattern: '^[a-z]+$' } },
      'at has a member "aB" whose name is not allowed: it must match the pattern "^[a-z]+$".',
    ],
    [{ a: 1 }, { dependentRequired: { a: ['b'] } }, 'at must have the member "b" because it has "a".'],
    [[1, 1], { uniqueItems: true }, 'at must not have two equal elements.'],
    [[1, 2], { prefixItems: [true], items: false }, 'A part of at must not be there.'],
    [[1], { contains: { type: 'string' } }, 'at must have at least 1 elements of the kind that "contains" asks for.'],
    [1, { if: { type: 'number' }, then: { minimum: 5 } }, 'at must be at least 5.'],
  ])('says what is wrong with %j by %j', (value, schema, message) => {
    const violations = violationsAt(value, schema);
    expect(violations.map((each) => each.message)).toEqual([message]);
    expect(violations[0]?.remedy).toMatch(/^[A-Z].*\.$/);
  });

  it('of more than 1,000 is the last and says so', () => {
    const { violations } = judged({ list: Array.from({ length: 1_500 }, () => 'x') }, [ruleAt('list', { items: { type: 'number' } })]);
    expect(violations).toHaveLength(1_001);
    expect(violations.filter(({ keyword }) => keyword === 'cost')).toHaveLength(1);
    expect(violations.find(({ pointer }) => pointer === '/0')).toBeDefined();
  });

  it('of more than 1,000 has another last one for other content, so that nothing new hides behind it', () => {
    const lastOf = (last: string) => {
      const list = [...Array.from({ length: 1_500 }, () => 'x'), last];
      return judged({ list }, [ruleAt('list', { items: { type: 'number' } })]).violations.find(({ keyword }) => keyword === 'cost')
        ?.identity;
    };
    expect(lastOf('y')).toBe(lastOf('y'));
    expect(lastOf('y')).not.toBe(lastOf('z'));
  });

  it('says that a judgement was given up, at each place of the mount', () => {
    const toJudge = { rules: [], document: documentOf({ token: { A: {}, B: 1 } }), ...CONCRETE };
    expect(listed(costJudgement(ruleAt('token.*', true), toJudge))).toEqual(['token.A cost', 'token.B cost']);
  });

  it('says no name of what lies inside an array, which is a value as a whole', () => {
    const schema = {
      items: {
        properties: { a: {} },
        additionalProperties: false,
        propertyNames: { maxLength: 1 },
        anyOf: [{ additionalProperties: false }],
      },
    };
    const texts = violationsAt([{ hidden: 1 }], schema).map(({ message, remedy }) => message + remedy);
    expect(texts).toHaveLength(3);
    expect(texts.join('')).not.toContain('hidden');
  });

  it('quotes no value of the document', () => {
    const schemas: readonly JsonObject[] = [
      { type: 'number' },
      { minLength: 100, maxLength: 1, pattern: '^$', format: 'date', enum: ['x'] },
      { const: 'x' },
      { not: {} },
      { anyOf: [{ type: 'number' }, { maxLength: 1 }, { properties: { a: { const: 1 } }, required: ['b'] }] },
      { oneOf: [true, true] },
      { items: { type: 'number' }, uniqueItems: true, contains: { const: 1 }, maxItems: 0 },
      { items: { properties: { a: { const: 1 } }, additionalProperties: false, propertyNames: { maxLength: 0 } } },
      { additionalProperties: { type: 'number' } },
      { properties: { a: { const: { $data: '1/b' } } } },
      { 'x-equalsKey': true },
      { if: { type: 'string' }, then: false, else: { minProperties: 9 } },
      { unevaluatedProperties: false },
    ];
    const secret = fc.string({ minLength: 8, maxLength: 20 }).map((text) => `S3cr3t${text.replaceAll(/[^a-zA-Z0-9]/g, 'q')}`);
    fc.assert(
      fc.property(secret, secret, fc.boolean(), (one, other, isAbstract) => {
        const values: JsonValue[] = [
          one,
          { a: one, b: other },
          [one, other, one],
          [{ a: one, x: other }],
          { a: { b: one } },
          { a: [one], b: [[other]] },
        ];
        const document = { at: Object.fromEntries(values.map((value, index) => [`v${index}`, value])) };
        const text = JSON.stringify(
          judged(
            document,
            schemas.map((schema) => ruleAt('at.*', schema)),
            { isAbstract, hasReferences: false },
          ),
        );
        expect(text.length).toBeGreaterThan(5_000);
        expect(text).not.toContain(one);
        expect(text).not.toContain(other);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the identity of a violation', () => {
  const identities = (document: JsonObject, schema: JsonObject = RISK): string[] =>
    judged(document, [ruleAt('risk', schema)]).violations.map(({ identity }) => identity);

  it('stays when something else changes', () => {
    const before = identities({ risk: { maxPositionSize: -1, note: 'a' } });
    expect(before).toHaveLength(1);
    expect(before[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(identities({ risk: { maxPositionSize: -1, note: 'b' }, other: 1 })).toEqual(before);
  });

  it('stays for what is missing while its object changes, from {} on', () => {
    expect(identities({ risk: { note: 'a' } })).toEqual(identities({ risk: { note: 'b' } }));
    expect(identities({ risk: {} })).toEqual(identities({ risk: { note: 'b' } }));
  });

  it('changes with the value of the leaf, and with any part of an array', () => {
    expect(identities({ risk: { maxPositionSize: -2 } })).not.toEqual(identities({ risk: { maxPositionSize: -1 } }));
    const schema = { properties: { list: { items: { type: 'number' } } } };
    expect(identities({ risk: { list: ['a', 1] } }, schema)).not.toEqual(identities({ risk: { list: ['a', 2] } }, schema));
  });

  it('differs by mount, place and rule', () => {
    const violations: Violation[] = [
      ...judged({ a: { x: 's', y: 's' } }, [ruleAt('a', { properties: { x: { type: 'number' }, y: { type: 'number', maxLength: 0 } } })])
        .violations,
      ...judged({ a: { x: 's' } }, [ruleAt('', { properties: { a: { properties: { x: { type: 'number' } } } } })]).violations,
      ...judged({ a: { x: 's' } }, [ruleAt('a', { allOf: [{ properties: { x: { type: 'number' } } }] })]).violations,
      ...judged({ a: { x: 's' } }, [ruleAt('a', { properties: { x: { type: 'integer' } } })]).violations,
    ];
    expect(violations).toHaveLength(6);
    expect(new Set(violations.map(({ identity }) => identity)).size).toBe(6);
  });
});

describe('the memory of verdicts', () => {
  const token = ruleAt('token.*', { properties: { address: { 'x-equalsKey': true } } });

  it('spares an unchanged subtree the judgement, and only that', () => {
    const parts = { validators: new Validators(), verdicts: new Verdicts() };
    const rules = [ruleAt('risk', RISK), token];
    const document = documentOf({ risk: { maxPositionSize: 1 }, token: { A: { address: 'A' } }, other: 1 });
    const first = judgeDocument({ rules, document, ...CONCRETE }, parts);
    const judge = vi.spyOn(parts.validators.validatorOf(ruleAt('risk', RISK)), 'judge');
    expect(judgeDocument({ rules, document: document.apply([{ path: 'other', value: 2 }]), ...CONCRETE }, parts)).toEqual(first);
    expect(judge).not.toHaveBeenCalled();
    expect(
      listed(judgeDocument({ rules, document: document.apply([{ path: 'risk.maxPositionSize', value: -1 }]), ...CONCRETE }, parts)),
    ).toEqual(['risk.maxPositionSize minimum']);
    expect(judge).toHaveBeenCalledTimes(1);
  });

  it('judges token.B with the content of token.A anew', () => {
    const parts = { validators: new Validators(), verdicts: new Verdicts() };
    const listedOf = (token_: JsonObject, rules = [token]): string[] =>
      listed(judgeDocument({ rules, document: documentOf({ token: token_ }), ...CONCRETE }, parts));
    expect(listedOf({ A: { address: 'A' } })).toEqual([]);
    expect(listedOf({ A: { address: 'A' }, B: { address: 'A' } })).toEqual(['token.B.address x-equalsKey']);
    const alone = (name: string) => ruleAt(`token.${name}`, token.schema);
    expect(listedOf({ C: { address: 'C' } }, [alone('C')])).toEqual([]);
    expect(listedOf({ D: { address: 'C' } }, [alone('D')])).toEqual(['token.D.address x-equalsKey']);
  });

  it('tells abstract environments from others', () => {
    const parts = { validators: new Validators(), verdicts: new Verdicts() };
    const toJudge = { rules: [ruleAt('risk', RISK)], document: documentOf({ risk: {} }), ...ABSTRACT };
    expect(listed(judgeDocument(toJudge, parts))).toEqual([]);
    expect(listed(judgeDocument({ ...toJudge, isAbstract: false }, parts))).toEqual(['risk required']);
  });

  it('tells environments with references from others', () => {
    const parts = { validators: new Validators(), verdicts: new Verdicts() };
    const toJudge = { rules: [ruleAt('risk', RISK)], document: documentOf({ risk: { note: '${env:NOTE}' } }) };
    const told = (mode: JudgementMode): string[] => listed(judgeDocument({ ...toJudge, ...mode }, parts));
    const all: readonly JudgementMode[] = [CONCRETE, REFERENCES, ABSTRACT, { isAbstract: true, hasReferences: true }];
    const expected = [['risk required', 'risk.note maxLength'], ['risk required'], ['risk.note maxLength'], []];
    expect(all.map(told)).toEqual(expected);
    expect(all.map(told)).toEqual(expected);
    expect(parts.verdicts.size).toBe(4);
  });

  it('takes no more memory than it may, and forgets what was not asked for the longest', () => {
    const verdict = { violations: [], unjudged: [] };
    const one = new Verdicts();
    one.remember('a', verdict);
    const verdicts = new Verdicts(one.estimatedBytes * 3);
    for (const key of ['a', 'b', 'c']) verdicts.remember(key, verdict);
    expect(verdicts.recall('a')).toBe(verdict);
    verdicts.remember('d', verdict);
    expect(['a', 'b', 'c', 'd'].map((key) => verdicts.has(key))).toEqual([true, false, true, true]);
    verdicts.remember('d', verdict);
    expect([verdicts.size, verdicts.estimatedBytes]).toEqual([3, one.estimatedBytes * 3]);
  });
});

describe('a judgement with a memory', () => {
  it('is the one without, whatever changes between', () => {
    const rules = [
      ruleAt('risk', RISK),
      ruleAt('token.*', { properties: { address: { 'x-equalsKey': true } }, required: ['symbol'] }),
      ruleAt('', { maxProperties: 2 }),
    ];
    const leaf = fc.constantFrom<[string, JsonValue[]]>(
      ['risk.maxPositionSize', [-1, 1, 'x']],
      ['risk.note', ['a', 'long']],
      ['token.A.address', ['A', 'B']],
      ['token.B.address', ['A', 'B']],
      ['token.A.symbol', ['S']],
      ['other', [1]],
    );
    const change = leaf.chain(([path, values]) => fc.record({ path: fc.constant(path), value: fc.constantFrom(...values) }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.boolean(), (changes, isAbstract) => {
        const validators = new Validators();
        const verdicts = new Verdicts(3_000);
        let document = documentOf({});
        for (const each of changes) {
          document = document.apply([each]);
          const toJudge = { rules, document, isAbstract, hasReferences: false };
          expect(judgeDocument(toJudge, { validators, verdicts })).toEqual(
            judgeDocument(toJudge, { validators, verdicts: new Verdicts() }),
          );
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('the cost of a judgement', () => {
  const document = documentOf({ list: Array.from({ length: 10_000 }, (_, index) => ({ index })), risk: { a: 1, b: 2 } });
  const cost = (schema: JsonObject, mount: string): number => costOf({ rules: [ruleAt(mount, schema)], document, ...CONCRETE });

  it('is ways times nodes, with the elements of arrays', () => {
    expect(cost({}, 'risk')).toBe(3);
    expect(cost({ properties: { a: {}, b: {} } }, 'risk')).toBe(9);
    expect(cost({ type: 'array' }, 'list')).toBe(20_001);
  });

  it('counts uniqueItems as the square of the length', () => {
    expect(cost({ uniqueItems: true }, 'list')).toBeGreaterThan(100_000_000);
    expect(cost({ uniqueItems: false }, 'list')).toBe(20_001);
  });

  it('counts large patterns by the texts that they may meet, and small ones by long texts', () => {
    const texts = documentOf({ short: { a: 'x'.repeat(100) }, long: { a: 'x'.repeat(100_000) } });
    const costAt = (mount: string, pattern: string): number =>
      costOf({ rules: [ruleAt(mount, { additionalProperties: { pattern } })], document: texts, ...CONCRETE });
    expect(costAt('short', '^[a-z]{1,9}$')).toBe(4);
    expect(costAt('short', '^[a-z]{1,900}$')).toBeGreaterThan(200_000);
    expect(costAt('long', '^[a-z]{1,9}$')).toBeGreaterThan(100_000);
  });

  it('is split by rule: what is costly is judged elsewhere, what is remembered costs nothing', () => {
    const parts = { validators: new Validators(), verdicts: new Verdicts() };
    const [risk, list] = [ruleAt('risk', RISK), ruleAt('list', { uniqueItems: true })];
    const toJudge = { rules: [list, risk], document, ...CONCRETE };
    const limits = { costMax: 200_000, nodesToCompileMax: 200 };
    const { here, elsewhere } = splitByCost(toJudge, parts, limits);
    expect([here, elsewhere].map((part) => part.map(({ rule }) => rule))).toEqual([[risk], [list]]);
    judgeDocument({ ...toJudge, rules: [risk] }, parts);
    expect(costsOf(toJudge, parts).map(({ cost: each, nodesToCompile }) => [each > 0, nodesToCompile])).toEqual([
      [true, 1],
      [false, 0],
    ]);
    const large = ruleAt('risk', { properties: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, true])) });
    expect(splitByCost({ ...toJudge, rules: [large] }, parts, limits).elsewhere).toMatchObject([{ rule: large }]);
  });
});
