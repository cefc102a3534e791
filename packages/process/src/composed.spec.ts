// Whatever a composition opened is closed, in reverse, whether it came to its end or not.
import { expect, test } from 'vitest';
import { composed } from './composed.js';

const closing = (closed: string[], name: string) => async () => void closed.push(name);

test('what was opened is closed the newest first, and once', async () => {
  const closed: string[] = [];
  const made = await composed(async (closers) => {
    closers.push(closing(closed, 'store'), closing(closed, 'pool'));
    return { name: 'service' };
  });
  expect([made.name, closed]).toEqual(['service', []]);
  await made.close();
  await made.close();
  expect(closed).toEqual(['pool', 'store']);
});

test('when a later part fails, what was opened before it is closed and the failure is passed on', async () => {
  const closed: string[] = [];
  const made = composed(async (closers) => {
    closers.push(closing(closed, 'store'));
    throw new Error('the pool does not open');
  });
  await expect(made).rejects.toThrow('the pool does not open');
  expect(closed).toEqual(['store']);
});

const failing = (message: string) => () => Promise.reject(new Error(message));

test('a part that fails to close keeps no other open, and its failure is passed on', async () => {
  const closed: string[] = [];
  const made = await composed(async (closers) => {
    closers.push(closing(closed, 'store'), failing('the pool does not close'), closing(closed, 'server'));
    return {};
  });
  await expect(made.close()).rejects.toThrow('the pool does not close');
  expect(closed).toEqual(['server', 'store']);
});

test('the failure of a composition is passed on, also where closing fails behind it', async () => {
  const made = composed(async (closers) => {
    closers.push(failing('the store does not close'));
    throw new Error('the pool does not open');
  });
  await expect(made).rejects.toThrow('the pool does not open');
});
