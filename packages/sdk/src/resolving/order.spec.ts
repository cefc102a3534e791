// The order in which a document becomes what a node runs: profiles by priority, local overrides, references, judgement.
import { Document, type JsonObject, type JsonValue } from '@confledger/document';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeResolver } from './node-resolver.js';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const value = fc.oneof(
  fc.nat(9),
  fc.constantFrom('x', '${env:CONFLEDGER_REF_V:-unset}', '$${a}'),
  fc.constantFrom(...NAMES).map((name) => `see \${path:${name}:-none}`),
);
const leaves = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 4 });
const profile = fc.record({ priority: fc.nat(2), overrides: leaves, isOn: fc.boolean() });

/** What must come out, written down as simply as possible; null where references go in circles. */
function expected(
  base: JsonObject,
  profiles: Record<string, { priority: number; overrides: JsonObject; isOn: boolean }>,
  variables: Record<string, string>,
) {
  const on = Object.entries(profiles)
    .filter(([, { isOn }]) => isOn)
    .sort(([one, { priority }], [other, { priority: second }]) => priority - second || (one < other ? -1 : 1));
  const laid: Record<string, JsonValue> = Object.assign({}, base, ...on.map(([, { overrides }]) => overrides));
  for (const name of NAMES) {
    const text = variables[`SET_${name.toUpperCase()}`];
    if (text !== undefined && name in laid) laid[name] = typeof laid[name] === 'number' ? Number(text) : text;
  }
  let isCircular = false;
  const resolve = (of: JsonValue, seen: readonly string[]): JsonValue => {
    if (typeof of !== 'string') return of;
    if (of === '$${a}') return '${a}';
    if (of.startsWith('${env:')) return variables['CONFLEDGER_REF_V'] ?? 'unset';
    const [, name] = /path:(\w)/.exec(of) ?? [];
    if (name === undefined) return of;
    if (seen.includes(name)) isCircular = true;
    else return `see ${name in laid ? String(resolve(laid[name] ?? null, [...seen, name]) as string | number) : 'none'}`;
    return of;
  };
  const resolved = Object.fromEntries(Object.entries(laid).map(([name, of]) => [name, resolve(of, [name])]));
  return isCircular ? null : resolved;
}

describe('resolution', () => {
  it('lays profiles by priority and name, then overrides, and resolves references in what that gives, for any document', () => {
    const variables = fc.record(
      { CONFLEDGER_REF_V: fc.constantFrom('v', '${env:HOME}'), SET_A: fc.constantFrom('1', '2') },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(leaves, fc.dictionary(fc.constantFrom('p', 'q', 'r'), profile, { maxKeys: 3 }), variables, (base, profiles, all) => {
        const written = Object.entries(profiles).map(([name, { priority, overrides, isOn }]) => {
          return [name, { priority, overrides, conditions: { environment: isOn ? 'here' : 'there' } }] as const;
        });
        const document = Document.from({ ...base, profiles: Object.fromEntries(written) });
        if (!document.ok) throw new Error(document.problem.message);
        const resolver = new NodeResolver({
          environment: 'here',
          references: {},
          profiles: {},
          overrides: { prefix: 'SET_' },
          variables: all,
        });
        const resolution = resolver.resolve({ document: document.value, restart: [] }, null);
        const wanted = expected(base, profiles, all);
        // What a profile overrides is resolved there, too: that may go in circles where what is laid over does not.
        if (resolution.kind === 'refused') return resolution.problems.length > 0;
        const { profiles: _profiles, ...rest } = resolution.view.toJson();
        expect(rest).toEqual(wanted);
        return true;
      }),
      { numRuns: 1_000 },
    );
  });
});
