// What people see of a ledger, word for word.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../fixtures/world.js';
import { CLI_VERSION } from './local/version.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const service = 'trading-engine';
  await world.client.defineEnvironment({ environment: 'base', body: { type: 'testing', abstract: true } });
  await world.client.defineEnvironment({ environment: 'paris', body: { type: 'testing', inheritsFrom: ['base'] } });
  await world.client.createConfiguration({
    service,
    query: { environment: 'base' },
    body: { configuration: { fee: 0.1, desk: 'house' }, activate: true, reason: 'house rules' },
  });
  await world.client.createConfiguration({
    service,
    query: { environment: 'paris' },
    body: { configuration: { fee: 0.2, old: true }, activate: true, reason: 'opens' },
  });
  await world.client.writeBatch({
    service,
    query: { environment: 'paris' },
    body: {
      reason: 'wider',
      operations: [
        { type: 'SET', path: 'fee', value: 0.3 },
        { type: 'DELETE', path: 'old' },
        { type: 'SET', path: 'venues', value: ['a', 'b'] },
      ],
    },
  });
});
afterAll(() => world.close());

const shown = async (line: string): Promise<string> => {
  const { exit, out, err } = await world.cli(`${line} -e paris`);
  expect([exit, err]).toEqual([0, '']);
  return out;
};

test('diff shows what an activation would change, with what both sides lie over', async () => {
  expect(await shown('diff'))
    .toBe(`paris.trading-engine  version 2 (activation 3) over base.trading-engine@3 → version 6 over base.trading-engine@3  3 changes
~ fee: 0.2 → 0.3
- old: true
+ venues: ["a","b"]
`);
  expect(await shown('diff active active')).toBe(
    'paris.trading-engine  version 2 (activation 3) over base.trading-engine@3 → version 2 (activation 3) over base.trading-engine@3  no differences\n',
  );
});

test('history shows one change set after another, newest first', async () => {
  expect(await shown('history')).toBe(`version 6  2026-07-01 12:00:00Z  alice  wider
  - old: true
  ~ fee: 0.2 → 0.3
  + venues: ["a","b"]

version 2  2026-07-01 12:00:00Z  alice  opens
  LedgerCreated
  + fee: 0.2
  + old: true
  activated version 2 as activation 3
`);
  expect(await shown('history old')).toBe(`version 6  2026-07-01 12:00:00Z  alice  wider
  - old: true

version 2  2026-07-01 12:00:00Z  alice  opens
  + old: true
`);
});

test('blame shows who set each value, and what is inherited from where', async () => {
  expect(await shown('blame')).toBe(`version  inherited from       actor  when                  path    value
v2       base.trading-engine  alice  2026-07-01 12:00:00Z  desk    "house"
v6                            alice  2026-07-01 12:00:00Z  fee     0.3
v6                            alice  2026-07-01 12:00:00Z  venues  ["a","b"]
`);
});

test('explain shows where a value comes from, and what it overrides', async () => {
  expect(await shown('explain fee --version active')).toBe(`fee: 0.2
  from paris.trading-engine, version 2, live by activation 3, by alice, 2026-07-01 12:00:00Z, opens
  over 0.1 from base.trading-engine, version 2, live by activation 3, by alice, 2026-07-01 12:00:00Z, house rules
`);
});

test('versions marks what is active, and shows what each activation lies over', async () => {
  expect(await shown('versions')).toBe(`version  when                  actor  changes  activations  tags  reason
6        2026-07-01 12:00:00Z  alice  3                           wider
2 *      2026-07-01 12:00:00Z  alice  2        3                  opens
`);
  expect(await shown('versions --activations'))
    .toBe(`activation  version  when                  actor  by  over                   pin  reason
3 *         2        2026-07-01 12:00:00Z  alice      base.trading-engine@3       opens
`);
});

test('get and list show own values, and with --effective what is inherited', async () => {
  expect(await shown('list')).toBe('fee: 0.3\nvenues: ["a","b"]\n');
  expect(await shown('list --effective')).toBe('desk: "house"\nfee: 0.3\nvenues: ["a","b"]\n');
  expect(await shown('get desk --effective')).toBe('house\n');
  expect(await world.cli('get desk -e paris')).toMatchObject({ exit: 7, out: '' });
  expect(await world.cli('get none --effective -e paris')).toMatchObject({ exit: 7, out: '' });
  expect(await world.cli('get fee none -e paris')).toMatchObject({ exit: 7, out: '{\n  "fee": 0.3\n}\n' });
});

test('ledger list shows what is pending, and env show who inherits', async () => {
  expect(await shown('ledger list')).toBe(`environment  service         version  active  activation  pending  updated
paris        trading-engine  6        2       3           1 (own)  2026-07-01 12:00:00Z
`);
  expect((await world.cli('env show base')).out).toBe(`name           base
type           testing, abstract
inherits from  -
inherited by   paris
policy         unknownSections=allowed reasonRequired=false writes=draft inherited=automatic references=on
edition        1
properties     {}
`);
});

test('The version of the program is that of its package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  expect(CLI_VERSION).toBe(version);
});
