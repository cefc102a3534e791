// Whole readings: written once for each activation and form, in their turn among other large work.
import { SigningLedger } from '@confledger/conformance';
import { beforeEach, expect, test } from 'vitest';
import { Readings } from './readings.js';

let ledger: SigningLedger;
let readings: Readings;
let turns: { readonly cost: object; readonly go: () => void }[];
const turn = (cost: object): Promise<void> => new Promise((go) => void turns.push({ cost, go }));

beforeEach(() => {
  ledger = new SigningLedger();
  readings = new Readings('inst');
  turns = [];
});

test('clients that come while a form waits for its turn wait for the same, and share what is written', async () => {
  const active = ledger.activate({ a: 1, b: 'x' });
  const { document } = active;
  readings.follow(active);
  const waiting = [readings.prepare('document', turn), readings.prepare('document', turn), readings.prepare('leaves', turn)];
  const cost = { leafCount: document.leafCount, size: document.size };
  expect(turns.map((each) => each.cost)).toEqual([cost, cost]);
  for (const { go } of turns) go();
  await Promise.all(waiting);
  await readings.prepare('document', turn);
  expect(turns).toHaveLength(2);
  expect(readings.frames('document')).toBe(readings.frames('document'));
});

test('what was written of one activation is not sent of the next', async () => {
  readings.follow(ledger.activate({ a: 1 }));
  const waiting = readings.prepare('document', turn);
  readings.follow(ledger.activate({ a: 2 }));
  turns[0]?.go();
  await waiting;
  expect(readings.frames('document').toString()).toContain('"configuration":{"a":2}');
  readings.follow(ledger.activate({ a: 3 }));
  expect(readings.frames('document').toString()).toContain('"configuration":{"a":3}');
});

test('where nothing is active there is nothing to wait for', async () => {
  await readings.prepare('document', turn);
  expect(turns).toEqual([]);
});

test('a turn that fails is asked for anew', async () => {
  readings.follow(ledger.activate({ a: 1 }));
  await expect(readings.prepare('document', () => Promise.reject(new Error('no turn')))).rejects.toThrow('no turn');
  const waiting = readings.prepare('document', turn);
  turns[0]?.go();
  await waiting;
});
