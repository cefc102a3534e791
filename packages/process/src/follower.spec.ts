// A follower says what it does and what is wrong, whatever it follows the log for.
import { afterEach, expect, test } from 'vitest';
import { Follower, lagBehind, type FollowerEvent, type FollowerState } from './follower.js';

interface Step extends FollowerEvent {
  readonly kind: 'active' | 'standby' | 'aside' | 'failed';
}

const STATES: Readonly<Record<Step['kind'], FollowerState | null>> = {
  active: 'active',
  standby: 'standby',
  aside: null,
  failed: 'failing',
};

let follower: Follower<Step> | undefined;
let report: (step: Step) => void;
let answer: () => Promise<bigint>;
let seen: string[];

function start(): Follower<Step> {
  seen = [];
  answer = () => Promise.resolve(7n);
  follower = new Follower<Step>({
    events: { lastPosition: () => answer() },
    run: (given, signal) => {
      report = given;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
    stateAfter: ({ kind }) => STATES[kind],
    onEvent: ({ kind }) => seen.push(kind),
    isSetBack: (problem) => problem instanceof RangeError,
  });
  return follower;
}
afterEach(() => follower?.stop());

test('it is starting until the first event, follows each one, and is stopped at the end', async () => {
  const started = start();
  const states = [started.state];
  for (const kind of ['standby', 'active', 'aside'] as const) {
    report({ kind });
    states.push(started.state);
  }
  await started.stop();
  expect([...states, started.state]).toEqual(['starting', 'standby', 'active', 'active', 'stopped']);
  expect(seen).toEqual(['standby', 'active', 'aside']);
});

test('a failure is counted and shown until it works again', async () => {
  const started = start();
  report({ kind: 'failed', error: new Error('no brokers') });
  expect(await started.status()).toMatchObject({ state: 'failing', failures: 1, problem: 'no brokers', isSetBack: false, last: 7n });
  report({ kind: 'aside' });
  expect(await started.status()).toMatchObject({ state: 'failing', problem: 'no brokers' });
  report({ kind: 'active' });
  expect(await started.status()).toMatchObject({ state: 'active', failures: 1, problem: null });
});

test('a log that cannot be asked has no last position, and is the problem where there is no other', async () => {
  const started = start();
  report({ kind: 'active' });
  answer = () => Promise.reject(new Error('the store is away'));
  expect(await started.status()).toMatchObject({ last: null, problem: 'the store is away' });
  report({ kind: 'failed', error: new Error('no brokers') });
  expect(await started.status()).toMatchObject({ last: null, problem: 'no brokers' });
});

test('a log that was set back is told from other failures', async () => {
  const started = start();
  report({ kind: 'failed', error: new RangeError('set back') });
  expect(await started.status()).toMatchObject({ isSetBack: true, problem: 'set back' });
});

test('a problem that was found on standby stands until the next event', async () => {
  const started = start();
  report({ kind: 'standby' });
  started.found('the password is wrong');
  expect(await started.status()).toMatchObject({ state: 'standby', problem: 'the password is wrong', failures: 0 });
  report({ kind: 'active' });
  expect(await started.status()).toMatchObject({ problem: null });
});

test('the lag is never below 0, and not known while the log is away', () => {
  expect([lagBehind(9n, 4n), lagBehind(4n, 9n), lagBehind(null, 4n)]).toEqual([5n, 0n, null]);
});
