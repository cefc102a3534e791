// If-Match and If-None-Match: entity tags are revisions in quotes, such as "42".
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestRefused } from '../errors/request-refused.js';

const STRONG = /^"(0|[1-9]\d{0,15})"$/;
const ANY_TAG = /^(?:W\/)?"[^"]*"$/;

/** The entity tag of a revision. */
export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/** What a write is conditional on. */
export function writeConditions(request: FastifyRequest): { ifMatch?: number | '*'; ifNoneMatch?: '*' } {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match === undefined && noneMatch === undefined) return {};
  return {
    ...(match === undefined ? {} : { ifMatch: parseIfMatch(match) }),
    ...(noneMatch === undefined ? {} : { ifNoneMatch: parseCreateOnly(noneMatch) }),
  };
}

/** Sets the entity tag of what stands there; answers 304 when the client has that already. */
export function answeredByTag(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  tag: number,
): boolean {
  const condition = readCondition(request, tag);
  reply.header('etag', entityTag(tag));
  if (condition === 'content') return false;
  reply.code(304).send();
  return true;
}

/** Whether a reading is answered with its content, with 304, or refused, given the tag of what stands there. */
function readCondition(request: FastifyRequest, revision: number): 'content' | 'not-modified' {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match !== undefined) checkReadMatch(match, revision);
  if (noneMatch === undefined) return 'content';
  return names(parseTagList(noneMatch), revision) ? 'not-modified' : 'content';
}

function checkReadMatch(header: string, revision: number): void {
  const wanted = parseIfMatch(header);
  if (wanted === '*' || wanted === revision) return;
  throw RequestRefused.of('IF_MATCH_FAILED', {
    path: 'if-match',
    rule: 'if-match',
    message: `the entity tag is ${entityTag(revision)} now`,
  });
}

function names(tags: readonly string[], revision: number): boolean {
  const tag = entityTag(revision);
  // RFC 9110 compares weakly here: a proxy that compresses marks the tag as weak.
  return tags.some((given) => given === '*' || given === tag || given === `W/${tag}`);
}

function parseIfMatch(header: string): number | '*' {
  const text = header.trim();
  if (text === '*') return '*';
  const revision = STRONG.exec(text)?.[1];
  if (revision !== undefined && Number.isSafeInteger(Number(revision))) return Number(revision);
  const isNearly = /^(?:W\/)?"?\d+"?$/.test(text);
  throw RequestRefused.of('IF_MATCH_MALFORMED', {
    path: 'if-match',
    rule: 'entity-tag',
    message: isNearly
      ? 'If-Match has to be the number in double quotes, without W/ before them'
      : `If-Match has ${text.length} characters that are no strong entity tag, and not *`,
  });
}

function parseCreateOnly(header: string): '*' {
  if (header.trim() === '*') return '*';
  throw RequestRefused.of('IF_NONE_MATCH_MALFORMED', {
    path: 'if-none-match',
    rule: 'create-only',
    message: 'a write takes If-None-Match only as *',
  });
}

function parseTagList(header: string): readonly string[] {
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => tag === '*' || ANY_TAG.test(tag))) return tags;
  throw RequestRefused.of('IF_NONE_MATCH_MALFORMED', {
    path: 'if-none-match',
    rule: 'entity-tag',
    message: `If-None-Match has ${header.length} characters that are no list of entity tags, each in double quotes`,
  });
}
