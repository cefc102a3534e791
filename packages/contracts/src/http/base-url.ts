// The address of an api, as clients and nodes are given it.

/**
 * The address without a trailing slash or a query; a path before `/api/v1` stays. Throws a TypeError for what is not http(s), and for one
 * that holds credentials, without repeating them.
 */
export function baseUrl(text: string): string {
  if (!URL.canParse(text)) throw new TypeError('`url` is not a URL; give one such as http://127.0.0.1:8011');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('`url` must begin with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('`url` holds credentials, which end in logs; give the token as `token`');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
