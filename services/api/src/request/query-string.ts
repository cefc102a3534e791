// Parses the query of a URL. Unlike Fastify's parser it reports malformed percent-encoding instead of keeping it.

/** A parameter that is given once is a string, one that is given more often an array. */
export interface RawQuery {
  readonly [name: string]: string | readonly string[];
}

const malformed = new WeakSet<object>();
const EMPTY: RawQuery = Object.freeze(Object.create(null));

/** Whether the query that this object was parsed from holds malformed percent-encoding. */
export function isMalformedQuery(query: object): boolean {
  return malformed.has(query);
}

/**
 * The parameter whose value holds a NUL, if one does. In bodies the JSON parser refuses it; here nothing else would, and an event
 * that holds one can never become a row.
 */
export function nulParameter(query: object): string | undefined {
  for (const [name, value] of Object.entries(query)) if ([value].flat().some((text) => String(text).includes('\0'))) return name;
  return undefined;
}

/** Fastify's querystringParser. */
export function parseQueryString(text: string): RawQuery {
  if (text === '') return EMPTY;
  const query: Record<string, string | readonly string[]> = Object.create(null);
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    const value = decode(equals === -1 ? '' : part.slice(equals + 1));
    if (name === null || value === null) malformed.add(query);
    else add(query, name, value);
  }
  return query;
}

function add(query: Record<string, string | readonly string[]>, name: string, value: string): void {
  const there = query[name];
  if (there === undefined) query[name] = value;
  else query[name] = typeof there === 'string' ? [there, value] : [...there, value];
}

function decode(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return null;
  }
}
