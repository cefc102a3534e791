// Requests that reach no call: an unknown address is 404 with the nearest known, a known one with another method is 405.
import type { FastifyRequest } from 'fastify';
import { nearestWord } from '@confledger/document';
import { BASE, ERROR_CATALOGUE } from '@confledger/contracts/http';
import { RequestRefused } from '../errors/request-refused.js';
import { callsText, isReservedWord } from './addresses.js';

/** A route as it was registered: `/api/v1/nodes/:name`. */
export interface KnownRoute {
  readonly method: string;
  readonly url: string;
}

/** A route with its address in segments, without the base. */
interface Prepared {
  readonly method: string;
  readonly base: string;
  readonly segments: readonly string[];
}

const PATH_PARAMETER = ':path';

/** Makes what refuses requests that no route takes, and files that are not there. `routes` may grow until the first of them. */
export function unroutedHandler(routes: readonly KnownRoute[]): (request: FastifyRequest) => never {
  let prepared: readonly Prepared[] | undefined;
  return (request) => {
    prepared ??= routes.map(({ method, url }) => ({ method, ...segmentsOf(url) }));
    const path = request.url.split('?', 1)[0] ?? '/';
    const { base, segments } = segmentsOf(path);
    const ofAddress = prepared.filter((route) => matches(route.segments, segments));
    const methods = [...new Set(ofAddress.filter((route) => route.base === base).map(({ method }) => method))];
    if (methods.length > 0 && !methods.includes(request.method)) throw methodNotAllowed(request.method, path, methods);
    const word = segments.length === LEDGER_WORD_SEGMENTS && segments[1] === 'configurations' ? decoded(segments[3] ?? '') : '';
    if (isReservedWord(word)) throw routeUnknown(path, undefined, callsText(word));
    const forgotBase = base === '' && ofAddress.some((route) => route.base === BASE);
    const nearest = forgotBase ? `${BASE}${path}` : nearestAddress(base, segments, prepared);
    const dotted = nearest === undefined ? dottedForm(base, segments) : undefined;
    if (dotted !== undefined) throw routeUnknown(path, dotted, 'The path of a value is one segment, with dots between its names.');
    throw routeUnknown(path, nearest);
  };
}

/** Of `/configurations/engine/diff`. */
const LEDGER_WORD_SEGMENTS = 4;

function segmentsOf(url: string): { readonly base: string; readonly segments: readonly string[] } {
  const base = url.startsWith(`${BASE}/`) ? BASE : '';
  return { base, segments: url.slice(base.length).split('/') };
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*';
  if (isOpen ? segments.length < pattern.length : segments.length !== pattern.length) return false;
  return pattern.every((part, index) => part === '*' || part === segments[index] || isParameterFor(part, segments[index] ?? ''));
}

/** A word of the API in the place of a path belongs to its own calls. */
function isParameterFor(part: string, segment: string): boolean {
  if (!part.startsWith(':') || segment === '') return false;
  return part !== PATH_PARAMETER || !isReservedWord(decoded(segment));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The known address most like the one that was asked for, with its names and values; undefined when a fixed word of it is not like any. */
function nearestAddress(base: string, segments: readonly string[], routes: readonly Prepared[]): string | undefined {
  const near = routes.filter((route) => route.segments.length === segments.length && !route.segments.includes('*'));
  const addresses = near
    .filter((route) => route.segments.every((part, index) => isLike(part, segments[index] ?? '')))
    .map(({ base: itsBase, segments: pattern }) => {
      const address = pattern.map((part, index) => (part.startsWith(':') ? segments[index] : part)).join('/');
      return { address, base: itsBase };
    });
  const nearest = nearestWord(
    segments.join('/'),
    addresses.map(({ address }) => address),
  );
  const found = addresses.filter(({ address }) => address === nearest);
  // Some stand at two bases: /health and /api/v1/health.
  const best = found.find((each) => each.base === base) ?? found[0];
  return best === undefined ? undefined : `${best.base}${best.address}`;
}

/** Words are compared one by one: what is equal in a long address must not make two different words alike. */
function isLike(part: string, segment: string): boolean {
  if (part.startsWith(':')) return segment !== '';
  return part === segment || (segment !== '' && nearestWord(segment, [part]) !== undefined);
}

/** Where a path of a document is written with slashes: its form with dots. */
function dottedForm(base: string, segments: readonly string[]): string | undefined {
  const [, collection, service, ...path] = segments;
  if (base !== BASE || collection !== 'configurations' || path.length < 2) return undefined;
  if (path.includes('') || isReservedWord(decoded(path[0] ?? ''))) return undefined;
  return `${BASE}/configurations/${service}/${path.join('.')}`;
}

function methodNotAllowed(method: string, path: string, methods: readonly string[]): RequestRefused {
  const allow = methods.join(', ');
  const message = `${method} is not possible at ${path.slice(0, 200)}`;
  return new RequestRefused('METHOD_NOT_ALLOWED', message, [{ path: null, rule: 'method', message, remedy: `Use ${allow}.` }], { allow });
}

function routeUnknown(path: string, nearest: string | undefined, remedy = ERROR_CATALOGUE.ROUTE_UNKNOWN.remedy): RequestRefused {
  return RequestRefused.of('ROUTE_UNKNOWN', {
    path: null,
    rule: 'route',
    message: `There is nothing at ${path.slice(0, 200)}${nearest === undefined ? '' : `; did you mean ${nearest.slice(0, 200)}?`}`,
    remedy,
  });
}
