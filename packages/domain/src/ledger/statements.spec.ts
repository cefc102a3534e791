// The form of statement that an activation gets: what the fact says, 2 for good once there was one, and 1 while the document holds $inherit.
import { Document, type JsonObject } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import { activated, created, deleted, given, refused, set, type Given, type History } from '../../../../test/support/src/ledger-spec.js';
import type { Command } from './commands.js';
import { withoutLayers } from './events.js';

const digestOf = (json: JsonObject): string => {
  const document = Document.from(json);
  if (!document.ok) throw new Error(document.problem.message);
  return document.value.digest;
};

const versionOne = [created(), set('a', 1)];
/** Version 1 active at 2 with statement 2. */
const withForm2 = [...versionOne, activated({ version: 1, previous: null, digest: digestOf({ a: 1 }), pending: 0 }, form2(null))];

function form2(previousActivation: number | null, json: JsonObject = { a: 1 }) {
  return { form: 2, previousActivation, ...withoutLayers(digestOf(json)) } as const;
}

/** The form of each activation that a command makes. */
function formsOf(history: History, command: Command, statement: 1 | 2, activates = false): (number | null)[] {
  const decision = history.decide(command, { statement, ...(activates && { guards: { activate: 'all' } }) });
  if (decision.kind !== 'accepted') throw new Error(`${decision.kind}: ${JSON.stringify(decision)}`);
  return decision.events.flatMap((event) => (event.type === 'VersionActivated' ? [event.statement.form] : []));
}

const after = (...steps: readonly Given[]): History => given(...steps).history;

test('an activation gets the form that every live node can verify, by whatever command', () => {
  for (const statement of [1, 2] as const) {
    expect(formsOf(after(versionOne), { type: 'Activate', version: 1 }, statement)).toEqual([statement]);
    expect(formsOf(after(versionOne), { type: 'Set', path: 'a', value: 2 }, statement, true)).toEqual([statement]);
    expect(formsOf(after(versionOne, { type: 'Set', path: 'a', value: 2 }), { type: 'Rollback', version: 1 }, statement)).toEqual([
      statement,
    ]);
  }
});

test('form 2 names the activation before', () => {
  given(withForm2, { type: 'Set', path: 'a', value: 2 })
    .when({ type: 'Activate', version: 'latest' }, { statement: 2 })
    .then([activated({ version: 3, previous: 1, digest: digestOf({ a: 2 }), pending: 0 }, form2(2, { a: 2 }))]);
});

test('a ledger that had form 2 once gets no form 1 again', () => {
  const history = after(withForm2, { type: 'Set', path: 'a', value: 2 });
  expect(formsOf(history, { type: 'Activate', version: 'latest' }, 1)).toEqual([2]);
  expect(formsOf(history, { type: 'Rollback', version: 1 }, 1)).toEqual([2]);
  expect(formsOf(after(withForm2), { type: 'Set', path: 'a', value: 3 }, 1, true)).toEqual([2]);
});

describe('a ledger that holds $inherit', () => {
  const holding = [created(), set('$inherit.hide', ['x']), set('a', 1)];

  test('stays at form 1, also when the version that is activated does not hold it', () => {
    expect(formsOf(after(holding), { type: 'Activate', version: 2 }, 2)).toEqual([1]);
    expect(formsOf(after(holding), { type: 'Set', path: 'a', value: 2 }, 2, true)).toEqual([1]);
    expect(formsOf(after(versionOne, [set('$inherit.hide', ['x'])]), { type: 'Activate', version: 1 }, 2)).toEqual([1]);
  });

  test('gets form 2 with the change that takes it away', () => {
    given(holding)
      .when({ type: 'Delete', path: '$inherit' }, { statement: 2, guards: { activate: 'all' } })
      .then([deleted('$inherit.hide'), activated({ version: 3, previous: null, digest: digestOf({ a: 1 }), pending: 0 }, form2(null))]);
  });

  test('an older version that holds it is activated with form 1, and no more once the ledger has form 2', () => {
    const gone = after(holding, { type: 'Delete', path: '$inherit' });
    expect(formsOf(gone, { type: 'Activate', version: 2 }, 2)).toEqual([1]);
    const newer = [activated({ version: 3, previous: null, digest: digestOf({ a: 1 }), pending: 0 }, form2(null))];
    given(holding, { type: 'Delete', path: '$inherit' }, newer)
      .when({ type: 'Activate', version: 2 }, { statement: 2 })
      .then(refused('NAME_IN_USE', { at: '$inherit', says: /Version 2 cannot be activated/ }));
  });
});
