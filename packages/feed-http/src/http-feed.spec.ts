// What `httpFeed` takes.
import { expect, test } from 'vitest';
import { httpFeed } from './index.js';

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
