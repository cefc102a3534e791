// What is said of a command while its append is under way.
import { Document } from '@confledger/document';
import type { Command } from '@confledger/domain';
import { expect, test } from 'vitest';
import { faultyEventStore } from '../../../../test/support/src/faulty-event-store.js';
import { NAME, requestOf, testCore } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import type { CommandDone, CommandOutcome } from './ledgers.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A core whose appends can be held, what was said of its commands, and another process's core over the same log. */
function heldCore() {
  const log = createInMemoryEventStore();
  const store = faultyEventStore(log);
  const core = testCore(store);
  const said: CommandDone[] = [];
  const execute = (command: Command): Promise<CommandOutcome> =>
    core.ledgers.execute(NAME, command, requestOf(command), (done) => void said.push(done));
  const hold = (): (() => void) => {
    let release: () => void = () => undefined;
    store.nextAppends({ kind: 'delay', until: new Promise<void>((resolve) => (release = resolve)) });
    return release;
  };
  return { core, said, execute, hold, other: testCore(log) };
}

test('the outcome is said while the append is under way, and the one that is answered is the same, with its position', async () => {
  const { core, said, execute, hold } = heldCore();
  await core.set('a', 1);
  const release = hold();
  const answer = execute({ type: 'Set', path: 'a', value: 2 });
  await turn();
  await turn();
  const document = Document.from({ a: 2 });
  expect(said).toMatchObject([{ changed: true, standing: { version: 2, position: 0n, digest: document.ok && document.value.digest } }]);
  release();
  const outcome = await answer;
  expect(outcome).toBe(said[0]);
  expect(outcome.standing?.position).toBe(3n);
});

test('a listener that throws harms nobody: the command is answered as without it', async () => {
  const { core, hold } = heldCore();
  await core.set('a', 1);
  const release = hold();
  let calls = 0;
  const command = { type: 'Set', path: 'a', value: 2 } as const;
  const answer = core.ledgers.execute(NAME, command, requestOf(command), () => {
    calls += 1;
    throw new Error('a fault of the listener');
  });
  await turn();
  await turn();
  release();
  expect(await answer).toMatchObject({ changed: true, standing: { version: 2, position: 3n } });
  expect(calls).toBe(1);
});

test('a command that does nothing, or is refused, says nothing', async () => {
  const { core, said, execute } = heldCore();
  await core.set('a', 1);
  expect(await execute({ type: 'Set', path: 'a', value: 1 })).toMatchObject({ changed: false });
  expect(await execute({ type: 'Delete', path: 'b' })).toMatchObject({ kind: 'refused' });
  expect(said).toEqual([]);
});

test('what was said of a command that another writer overtook is not what is answered', async () => {
  const { core, said, execute, hold, other } = heldCore();
  await core.set('a', 1);
  const release = hold();
  const answer = execute({ type: 'Set', path: 'a', value: 3 });
  await turn();
  await turn();
  await other.set('b', 2);
  release();
  const outcome = await answer;
  expect(outcome).toMatchObject({ changed: true, standing: { version: 3, position: 4n } });
  expect(said[0]).not.toBe(outcome);
  expect(said[0]?.standing.version).toBe(2);
});
