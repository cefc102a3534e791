import { describe, expect, it } from 'vitest';
import { documentOf } from './fixtures.js';
import {
  EXPANSIONS_MAX,
  REFERENCE_LEVELS_MAX,
  referenceFlaws,
  RESOLVED_BYTES_MAX,
  resolveReferences,
  type Fetched,
  type Reference,
} from './index.js';

const VARIABLES: Record<string, string> = {
  HOST: 'db.example',
  PORT: '5432',
  EMPTY: '',
  LINES: 'a\nb',
  JSON: '[1,2]',
  OBJECT: '{"a":1}',
  MARKED: '${env:HOST}',
};

function fetch({ scheme, name }: Reference): Fetched {
  if (scheme === 'file') return { kind: 'found', text: 's3cret', isSecret: true };
  if (scheme === 'credential') return { kind: 'refused', why: 'cannot be used yet' };
  const text = VARIABLES[name];
  return text === undefined ? { kind: 'unset' } : { kind: 'found', text, isSecret: false };
}

function resolved(json: Parameters<typeof documentOf>[0]): unknown {
  const document = documentOf(json);
  const { changes, unresolved } = resolveReferences(document, fetch);
  return unresolved.length > 0 ? unresolved.map(({ path, message }) => `${path}: ${message}`) : document.apply(changes).toJson();
}

describe('references', () => {
  it.each<[string, unknown]>([
    ['${env:HOST}', 'db.example'],
    ['${env:PORT}', '5432'],
    ['${env:PORT|number}', 5432],
    ['${env:JSON|json}', [1, 2]],
    ['pg://${env:HOST}:${env:PORT|number}/x', 'pg://db.example:5432/x'],
    ['${env:UNSET:-none}', 'none'],
    ['${env:UNSET|number:-7}', 7],
    ['${env:EMPTY:-none}', ''],
    ['${env:LINES}', 'a\nb'],
    ['${env:MARKED}', '${env:HOST}'],
    ['$${env:HOST}', '${env:HOST}'],
    ['${path:number}', 2.5],
    ['${path:list}', ['x', 'db.example']],
    ['${path:nothing}', null],
    ['n=${path:number} t=${path:flag} s=${path:text}', 'n=2.5 t=true s=see db.example'],
    ['${path:nothing:-x} y', 'x y'],
    ['${path:absent:-x}', 'x'],
    ['${path:section:-x}', 'x'],
    ['${path:text}', 'see db.example'],
    ['${path:digits|number}', 12],
  ])('gives %j its value', (text, value) => {
    const others = {
      number: 2.5,
      flag: true,
      nothing: null,
      list: ['x', '${env:HOST}'],
      text: 'see ${env:HOST}',
      section: { a: 1 },
      digits: '12',
    };
    expect(resolved({ ...others, x: text })).toMatchObject({ x: value });
  });

  it.each<[string, RegExp]>([
    ['${env:UNSET}', /\$\{env:UNSET\} is not set and has no default/],
    ['${env:HOST|number}', /\$\{env:HOST\} gives is no number/],
    ['${env:OBJECT|json}', /is an object; a reference gives a single value or an array/],
    ['x ${env:LINES}', /holds a line end and cannot stand inside a text/],
    ['x ${path:list}', /cannot stand inside a text/],
    ['x ${path:nothing}', /cannot stand inside a text/],
    ['${path:section}', /names an object/],
    ['${path:list.0}', /nothing stands/],
    ['${path:absent}', /nothing stands/],
    ['${credential:x}', /cannot be used yet/],
    ['${bad}', /At character 1/],
  ])('does not resolve %j, and says why', (text, why) => {
    const found = resolved({ x: text, list: [1], nothing: null, section: { a: 1 } });
    expect(found).toEqual([expect.stringMatching(why)]);
  });

  it('are searched in values, inside arrays too, and not in instructions', () => {
    const profiles = { night: { priority: 1, conditions: { flag: '${env:HOST}' }, overrides: { a: '${env:HOST}' } } };
    expect(resolved({ $inherit: { hide: ['${env:HOST}'] }, profiles, a: [{ '${env:HOST}': '${env:HOST}' }] })).toEqual({
      $inherit: { hide: ['${env:HOST}'] },
      profiles: { night: { priority: 1, conditions: { flag: '${env:HOST}' }, overrides: { a: 'db.example' } } },
      a: [{ '${env:HOST}': 'db.example' }],
    });
  });

  it('spread secrecy to every string that a secret is part of', () => {
    const document = documentOf({ a: '${file:/s}', b: 'x ${path:a}', c: ['y', '${path:b}'], d: '${env:HOST}', e: '${path:d} ${env:HOST}' });
    expect([...resolveReferences(document, fetch).secrets]).toEqual(['a', 'b', 'c']);
  });
});

describe('flaws of references', () => {
  it.each<[string, Parameters<typeof documentOf>[0], [string, string][]]>([
    ['a string that is none', { a: '${price}' }, [['a', 'malformed']]],
    ['a reference to itself', { a: 'x ${path:a}' }, [['a', 'circular']]],
    [
      'a cycle',
      { a: '${path:b}', b: '${path:c}', c: ['${path:a}'] },
      [
        ['a', 'circular'],
        ['b', 'circular'],
        ['c', 'circular'],
      ],
    ],
    ['a cycle and who leads to it', { a: '${path:b}', b: '${path:b}' }, [['b', 'circular']]],
    ['a path where nothing stands', { a: '${path:b}' }, [['a', 'unresolved']]],
    ['a path to an object', { a: '${path:b}', b: { c: 1 } }, [['a', 'unresolved']]],
    ['a list inside a text', { a: 'x ${path:b}', b: [1] }, [['a', 'unresolved']]],
    ['a text that is no number', { a: '${path:b|number}', b: 'x' }, [['a', 'unresolved']]],
    ['nothing, where there is a default', { a: '${path:b:-1}' }, []],
    ['nothing, where what a variable holds is not known', { a: '${env:X}', b: '${path:a|number}' }, []],
  ])('name %s', (_what, json, flaws) => {
    expect(referenceFlaws(documentOf(json)).map(({ path, kind }) => [path, kind])).toEqual(flaws);
  });

  const chain = (length: number): Parameters<typeof documentOf>[0] =>
    Object.fromEntries(
      Array.from({ length: length + 1 }, (_none, index) => [`a${index}`, index === length ? 1 : `\${path:a${index + 1}}`]),
    );

  it(`name what refers over more than ${REFERENCE_LEVELS_MAX} levels`, () => {
    expect(referenceFlaws(documentOf(chain(REFERENCE_LEVELS_MAX)))).toEqual([]);
    expect(referenceFlaws(documentOf(chain(REFERENCE_LEVELS_MAX + 1)))).toMatchObject([{ path: 'a0', kind: 'too-deep' }]);
  });

  it('take a chain as long as a document', () => {
    expect(referenceFlaws(documentOf(chain(50_000))).length).toBeGreaterThanOrEqual(50_000 - REFERENCE_LEVELS_MAX);
  });

  it('name what would become larger than a string may be, without building it', () => {
    const ten = (of: string): string => `\${path:${of}}`.repeat(10);
    const json = { a: 'x'.repeat(300), b: ten('a'), c: ten('b'), d: ten('c'), e: ten('d'), f: ten('e') };
    const flaws = referenceFlaws(documentOf(json));
    expect(flaws.map(({ path, kind }) => [path, kind])).toEqual([
      ['d', 'too-large'],
      ['e', 'too-large'],
      ['f', 'too-large'],
    ]);
    expect(300 * 1_000).toBeGreaterThan(RESOLVED_BYTES_MAX);
  });

  it('name where a document has more expansions than allowed, those behind others included', () => {
    const ten = (of: string): string => `\${path:${of}}`.repeat(10);
    const json = { a: 'x', b: ten('a'), c: ten('b'), d: ten('c'), e: ten('d'), f: ten('e') };
    expect(referenceFlaws(documentOf(json))).toMatchObject([{ path: 'f', kind: 'too-many' }]);
    expect(10 ** 5).toBeGreaterThanOrEqual(EXPANSIONS_MAX);
  });

  it('quote no value', () => {
    const flaws = referenceFlaws(documentOf({ a: '${oops hunter2}', b: 'hunter2 ${path:c}', c: ['hunter2'] }));
    expect(flaws).toHaveLength(2);
    expect(JSON.stringify(flaws)).not.toContain('hunter2');
  });
});
