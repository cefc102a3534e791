// What `httpFeed` takes, and how it paces itself.
import { expect, test } from 'vitest';
import { httpFeed } from './index.js';
import { Pause } from './pause.js';

test('a url that is none, is not http, or holds credentials is refused without repeating them', () => {
  expect(() => httpFeed({ url: 'nonsense' })).toThrow('not a URL');
  expect(() => httpFeed({ url: 'ftp://host' })).toThrow('http://');
  expect(() => httpFeed({ url: 'http://user:hush@host' })).toThrow('give the token as `token`');
  expect(() => httpFeed({ url: 'http://user:hush@host' })).not.toThrow(/hush/);
});

test('reports go to the same api, whatever path it is under', () => {
  expect(httpFeed({ url: 'https://host:1/base/', token: 't' }).reportTarget).toEqual({ url: 'https://host:1/base', token: 't' });
  expect(httpFeed({ url: 'http://host/?a=b' }).reportTarget).toEqual({ url: 'http://host', token: null });
});

test('pauses double up to their limit, half of each by chance, and begin anew after a success', () => {
  const pause = new Pause(50, 5_000);
  const longest = Array.from({ length: 60 }, () => pause.next(1));
  expect(longest.slice(0, 9)).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  expect(Math.max(...longest)).toBe(5_000);
  expect(pause.next(0)).toBe(2_500);
  pause.reset();
  expect(pause.next(0)).toBe(25);
});
