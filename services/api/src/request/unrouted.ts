// Requests that reach no call: an unknown address is 404 with the nearest known, a known one with another method is 405.
import type { FastifyRequest } from 'fastify';
import { nearestWord } from '@confledger/document';
import { BASE } from '@confledger/contracts/http';
import { RequestRefused } from '../errors/request-refused.js';
import { RESERVED_WORDS } from './addresses.js';

/** A route as it was registered: `/api/v1/nodes/:name`. */
export interface KnownRoute {
  readonly method: string;
  readonly url: string;
}

/** Makes what refuses requests that no route takes, and files that are not there. `routes` may grow until the first of them. */
export function unroutedHandler(routes: readonly KnownRoute[]): (request: FastifyRequest) => never {
  let prepared: ReturnType<typeof addressesOf> | undefined;
  return (request) => {
    const { known, addresses } = (prepared ??= addressesOf(routes));
    const path = request.url.split('?', 1)[0] ?? '/';
    const segments = path.split('/');
    const methods = [...new Set(known.filter((route) => matches(route.segments, segments)).map(({ method }) => method))];
    if (methods.length > 0 && !methods.includes(request.method)) throw methodNotAllowed(request.method, path, methods);
    const based = `${BASE}${path}`;
    const forgotBase = known.some((route) => matches(route.segments, based.split('/')));
    const dotted = dottedForm(segments);
    if (dotted !== undefined) throw routeUnknown(path, dotted, 'The path of a value is one segment, with dots between its names.');
    throw routeUnknown(path, forgotBase ? based : nearestWord(path, addresses));
  };
}

function addressesOf(routes: readonly KnownRoute[]) {
  return {
    known: routes.map(({ method, url }) => ({ method, segments: url.split('/') })),
    addresses: [...new Set(routes.filter(({ url }) => !url.includes('*')).map(({ url }) => url.replaceAll(/:(\w+)/g, '{$1}')))],
  };
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*';
  if (isOpen ? segments.length < pattern.length : segments.length !== pattern.length) return false;
  return pattern.every((part, index) => part === '*' || part === segments[index] || (part.startsWith(':') && segments[index] !== ''));
}

/** Where a path of a document is written with slashes: its form with dots. */
function dottedForm(segments: readonly string[]): string | undefined {
  const [empty, api, version, collection, service, ...path] = segments;
  if (`${empty}/${api}/${version}` !== BASE || collection !== 'configurations' || service === undefined || path.length < 2)
    return undefined;
  if (path.some((segment) => segment === '') || RESERVED_WORDS.includes(path[0] ?? '')) return undefined;
  return `${BASE}/configurations/${service}/${path.join('.')}`;
}

function methodNotAllowed(method: string, path: string, methods: readonly string[]): RequestRefused {
  const allow = methods.join(', ');
  const message = `${method} is not possible at ${path.slice(0, 200)}`;
  return new RequestRefused('METHOD_NOT_ALLOWED', message, [{ path: null, rule: 'method', message, remedy: `Use ${allow}.` }], { allow });
}

function routeUnknown(path: string, nearest: string | undefined, remedy?: string): RequestRefused {
  return RequestRefused.of('ROUTE_UNKNOWN', {
    path: null,
    rule: 'route',
    message: `There is nothing at ${path.slice(0, 200)}${nearest === undefined ? '' : `; did you mean ${nearest.slice(0, 200)}?`}`,
    remedy,
  });
}
