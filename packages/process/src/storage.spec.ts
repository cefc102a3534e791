import { expect, test } from 'vitest';
import { z } from 'zod';
import { missingStorage, readSettings, StartRefused, storageOf, storageSettings, type Environment, type Storage } from './index.js';

const POSTGRES = 'postgres://user:hush@localhost:5432/confledger';
const read = (environment: Environment): Storage =>
  storageOf(readSettings(z.object(storageSettings), { CONFLEDGER_POSTGRES_URL: POSTGRES, ...environment }, missingStorage));

test('events and read model are in Postgres unless something else is said', () => {
  expect(read({})).toEqual({ eventStore: { kind: 'postgres', url: POSTGRES }, readModelUrl: POSTGRES, electionUrl: POSTGRES });
  expect(read({ CONFLEDGER_READ_MODEL_URL: 'postgresql://elsewhere/x' }).readModelUrl).toBe('postgresql://elsewhere/x');
});

test.each([
  'esdb://user:hush@one:2113?tls=true',
  'esdb+discover://one',
  'kurrentdb://one:2113,two:2113?tls=false',
  'kurrentdb+discover://one',
])('events are in the EventStoreDB at %s, in the namespace that is given', (url) => {
  const chosen = { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: url };
  expect(read(chosen)).toEqual({
    eventStore: { kind: 'eventstoredb', url, namespace: 'confledger' },
    readModelUrl: POSTGRES,
    electionUrl: POSTGRES,
  });
  expect(read({ ...chosen, CONFLEDGER_NAMESPACE: 'desk-7' }).eventStore).toEqual({ kind: 'eventstoredb', url, namespace: 'desk-7' });
});

test('with the events in EventStoreDB one Postgres is enough, and the relay is elected where it always was', () => {
  const chosen = { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: 'esdb://one' };
  const elsewhere = 'postgres://elsewhere/x';
  const alone = { ...chosen, CONFLEDGER_POSTGRES_URL: undefined, CONFLEDGER_READ_MODEL_URL: elsewhere };
  expect(read(alone)).toMatchObject({ readModelUrl: elsewhere, electionUrl: elsewhere });
  expect(read({ ...chosen, CONFLEDGER_READ_MODEL_URL: elsewhere })).toMatchObject({ readModelUrl: elsewhere, electionUrl: POSTGRES });
});

test.each([
  ['CONFLEDGER_EVENT_STORE', { CONFLEDGER_EVENT_STORE: 'files' }],
  ['CONFLEDGER_EVENTSTORE_URL', { CONFLEDGER_EVENT_STORE: 'eventstoredb' }],
  ['CONFLEDGER_EVENTSTORE_URL', { CONFLEDGER_EVENTSTORE_URL: 'esdb://user:hush@one:2113' }],
  ['CONFLEDGER_EVENTSTORE_URL', { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: 'https://user:hush@one:2113' }],
  ['CONFLEDGER_NAMESPACE', { CONFLEDGER_NAMESPACE: 'with space' }],
  ['CONFLEDGER_NAMESPACE', { CONFLEDGER_NAMESPACE: 'a.dot.would.end.it' }],
  ['CONFLEDGER_POSTGRES_URL', { CONFLEDGER_POSTGRES_URL: undefined }],
  [
    'CONFLEDGER_READ_MODEL_URL',
    { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: 'esdb://user:hush@one', CONFLEDGER_POSTGRES_URL: undefined },
  ],
])('%s is named, and no value is shown, when it cannot be meant: %o', (variable, environment) => {
  expect(() => read(environment)).toThrow(StartRefused);
  expect(() => read(environment)).toThrow(variable);
  expect(() => read(environment)).not.toThrow(/hush/);
});
