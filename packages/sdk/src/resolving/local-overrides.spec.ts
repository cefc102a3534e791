import { inspect } from 'node:util';
import { eventually } from '@confledger/test-support';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isSecret } from '../index.js';
import { rig } from './fixtures.js';

const DOCUMENT = {
  risk: { maxPositionSize: 1000, venues: ['a'] },
  name: 'engine',
  'kraken.spot': { on: true },
  db: { password: 'x' },
  nothing: null,
};
const overriding = (variables: Record<string, string>) => ({ overrides: { prefix: 'SET_' }, variables });

describe('a node with the option overrides', () => {
  it('takes values from its variables, with the type that stands there, and says which', async () => {
    const variables = {
      SET_RISK__MAXPOSITIONSIZE: '5',
      SET_NAME: '007',
      SET_KRAKEN_SPOT__ON: 'false',
      SET_RISK__VENUES: '["b"]',
      OTHER: '1',
    };
    await using made = await rig(DOCUMENT, overriding(variables));
    expect(made.node.snapshot.get('')).toMatchObject({
      risk: { maxPositionSize: 5, venues: ['b'] },
      name: '007',
      'kraken.spot': { on: false },
    });
    expect(made.node.status.overridden).toEqual([String.raw`kraken\.spot.on`, 'name', 'risk.maxPositionSize', 'risk.venues']);
    expect(made.node.snapshot.raw('risk.maxPositionSize')).toBe(1000);
    expect(made.errors).toEqual([]);
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['a wrong type', { SET_RISK__MAXPOSITIONSIZE: 'many' }, 'risk.maxPositionSize', /SET_RISK__MAXPOSITIONSIZE must hold a number as JSON/],
    ['a value for an object', { SET_RISK: '{}' }, 'risk', /names an object/],
    ['a name that matches two paths', { SET_A_B: '1' }, 'a-b', /matches two paths, this one and a_b/],
    ['two names of one path', { SET_NAME: 'a', SET_name: 'b' }, 'name', /SET_NAME and SET_name name the same path/],
  ])('does not start with %s, and names variable and path', async (_what, variables, path, message) => {
    const document = { ...DOCUMENT, 'a-b': 1, a_b: 2 };
    const failed = await rig(document, overriding(variables)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'OVERRIDE_REFUSED', problems: [{ path, message: expect.stringMatching(message) }] });
  });

  it('does not start where the value breaks a schema', async () => {
    const options = { ...overriding({ SET_RISK__MAXPOSITIONSIZE: '-5' }), schemas: { 'risk.maxPositionSize': z.number().positive() } };
    await expect(rig(DOCUMENT, options)).rejects.toMatchObject({ code: 'SCHEMA_REJECTED', problems: [{ path: 'risk.maxPositionSize' }] });
  });

  it('goes on with what it runs where a later activation makes a name ambiguous, and says so', async () => {
    await using made = await rig({ 'a-b': 1 }, overriding({ SET_A_B: '7' }));
    const { node, feed } = made;
    await feed.activate({ a_b: 2 });
    expect(node.status.rejected?.problems).toMatchObject([{ path: 'a-b', message: expect.stringContaining('matches two paths') }]);
    expect(node.snapshot.get('a-b')).toBe(7);
  });

  it('reports a variable that names no place, once', async () => {
    await using made = await rig(DOCUMENT, overriding({ SET_RISK__MAXPOSITONSIZE: '5' }));
    await made.feed.activate({ name: 'other' });
    expect(made.errors.map(({ code, message }) => [code, message])).toEqual([
      ['OVERRIDE_UNUSED', expect.stringContaining('SET_RISK__MAXPOSITONSIZE')],
    ]);
  });

  it('hides what overrides a secret', async () => {
    await using made = await rig(DOCUMENT, overriding({ SET_DB__PASSWORD: 'hunter2-hunter2' }));
    expect(isSecret(made.node.snapshot.get('db.password'))).toBe(true);
    expect(inspect([made.node.snapshot.toJson(), made.node.status], { depth: 9 })).not.toContain('hunter2');
  });

  it('takes a changed variable live', async () => {
    const variables: Record<string, string> = { SET_NAME: 'a' };
    await using made = await rig(DOCUMENT, overriding(variables));
    variables['SET_NAME'] = 'b';
    await eventually(() => made.node.snapshot.get('name') === 'b');
    delete variables['SET_NAME'];
    await eventually(() => made.node.snapshot.get('name') === 'engine');
    expect(made.node.status).not.toHaveProperty('overridden');
  });

  it('is refused a prefix that no variable can have', async () => {
    await expect(rig(DOCUMENT, { overrides: { prefix: '' } })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
