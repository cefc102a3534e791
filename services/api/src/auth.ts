// Who sends a request, and whether it may: bearer tokens, compared by their SHA-256 in constant time.
import { hash as hashOnce, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '@confledger/domain';
import { RequestRefused } from './errors/request-refused.js';
import { namesOf, permits, type Permission, type Role } from './permissions.js';

/** A token's hash and whose it is. The token itself is kept nowhere. */
export interface TokenOwner {
  /** The actor's id. */
  readonly actor: string;
  /** What it may do; recorded with what it writes. */
  readonly roles: readonly Role[];
  /** SHA-256 of the token's UTF-8, lower-case hex. */
  readonly sha256: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it. In a call that needs no token it is `NOBODY`. */
    actor: Actor;
  }
}

/** The actor of a call that needs no token. */
export const NOBODY: Actor = Object.freeze({ id: 'anonymous', method: 'none', roles: [] });

/** Finds the actor of a request that needs a permission, or refuses it: without a known token, or without the permission. */
export function authenticator(tokens: readonly TokenOwner[]): (request: FastifyRequest, needed: Permission) => Actor {
  const owners = tokens.map(({ actor, roles, sha256 }) => ({
    hash: Buffer.from(sha256, 'hex'),
    roles,
    actor: Object.freeze({ id: actor, method: 'token', roles }) satisfies Actor,
  }));
  return (request, needed) => {
    const token = bearerToken(request.headers.authorization) ?? serviceToken(request.headers['x-service-token']);
    if (token === null) throw missingToken(request.headers.authorization);
    const hash = hashOnce('sha256', token, 'buffer');
    let found: (typeof owners)[number] | null = null;
    // Every token is compared, so that the time does not reveal which one matched.
    for (const owner of owners) if (timingSafeEqual(hash, owner.hash)) found = owner;
    if (found === null) throw unauthorized('TOKEN_INVALID', 'Bearer realm="confledger", error="invalid_token"');
    if (!permits(found.roles, needed)) throw forbidden(found.actor.id, found.roles, needed);
    return found.actor;
  };
}

function forbidden(actor: string, roles: readonly Role[], needed: Permission): RequestRefused {
  return RequestRefused.of('AUTHORIZATION_ERROR', {
    path: 'authorization',
    rule: 'permission',
    message: `The token of ${actor} lacks the permission \`${needed}\`: it has ${namesOf(roles)} only`,
  });
}

function bearerToken(header: string | undefined): string | null {
  const match = header === undefined ? null : /^Bearer +(\S+)$/i.exec(header.trim());
  return match?.[1] ?? null;
}

function missingToken(header: string | undefined): RequestRefused {
  const refused = unauthorized('TOKEN_MISSING', 'Bearer realm="confledger"');
  if (header === undefined) return refused;
  return new RequestRefused('TOKEN_MISSING', 'The header Authorization holds no bearer token', refused.details, refused.headers);
}

/** The header that services of the first contract send. A bearer token counts before it. */
function serviceToken(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && /^\S+$/.test(header) ? header : null;
}

function unauthorized(code: 'TOKEN_MISSING' | 'TOKEN_INVALID', challenge: string): RequestRefused {
  const { message, details } = RequestRefused.of(code, { path: 'authorization' });
  return new RequestRefused(code, message, details, { 'www-authenticate': challenge });
}
