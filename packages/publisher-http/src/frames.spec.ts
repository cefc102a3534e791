// The text of a reading, in both of its forms.
import { SigningLedger } from '@confledger/conformance';
import { expect, test } from 'vitest';
import { wholeFrames } from './frames.js';

const ledger = new SigningLedger();
const active = ledger.activate({ risk: { max: 5, 'a.b': null, open: {} }, symbols: ['BTC'], text: 'line\nline' });

/** Name and data of each event. */
function events(frames: Buffer): [string, unknown][] {
  const found = frames.toString('utf8').matchAll(/^event: (.*)\ndata: (.*)\n\n/gm);
  return Array.from(found, ([, name = '', data = '']) => [name, JSON.parse(data)]);
}

test('a reading is one document between reset and marker, in the form that says so', () => {
  expect(events(wholeFrames('inst', active, 'document'))).toEqual([
    ['reset', { incarnation: 'inst' }],
    ['document', { configuration: active.document.toJson(), seals: {}, version: active.version }],
    ['active', expect.objectContaining({ activation: active.activation, changes: active.document.leafCount })],
    ['synchronized', {}],
  ]);
});

test('both forms are the same but for the document', () => {
  const others = (form: 'leaves' | 'document') =>
    events(wholeFrames('inst', active, form)).filter(([name]) => name !== 'leaf' && name !== 'document');
  expect(others('document')).toEqual(others('leaves'));
});

test('where nothing is active both forms say just that', () => {
  const nothing = [
    ['reset', { incarnation: 'inst' }],
    ['synchronized', {}],
  ];
  expect(events(wholeFrames('inst', null, 'document'))).toEqual(nothing);
  expect(events(wholeFrames('inst', null, 'leaves'))).toEqual(nothing);
});

test('a document that is longer than a client takes in one event is sent as leaves', () => {
  const { length } = JSON.stringify({ configuration: active.document.toJson(), seals: {}, version: active.version });
  const names = (charactersMax: number) => events(wholeFrames('inst', active, 'document', charactersMax)).map(([name]) => name);
  expect(names(length)).toContain('document');
  expect(names(length - 1)).not.toContain('document');
  expect(names(length - 1).filter((name) => name === 'leaf')).toHaveLength(active.document.leafCount);
});
