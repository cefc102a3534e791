// If-Match and If-None-Match. The entity tag of a version or a path is a revision in quotes, such as "42"; what is read as it ran has one of
// its digest, such as "d:9f86…". A tag names a revision or a digest, and so is the same for every form and encoding of an answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestRefused } from '../errors/request-refused.js';

/** A proxy that compresses marks tags as weak. */
const REVISION_TAG = /^(?:W\/)?"(0|[1-9]\d{0,15})"$/;
const SCHEMA_TAG = /^(?:W\/)?"s(0|[1-9]\d{0,15})"$/;
const DIGEST_TAG = /^(?:W\/)?"d:[0-9a-f]{64}"$/;
/** A comma may stand within a tag. */
const TAG = String.raw`(?:\*|(?:W\/)?"[^"]*")`;
/** The entity tags of If-None-Match. */
export const TAG_LIST = new RegExp(`^${TAG}(?:\\s*,\\s*${TAG})*$`);
const EACH_TAG = new RegExp(TAG, 'g');

/** The entity tag of a revision. */
export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/** The entity tag of the schema that an event set. A letter in front, so that it is never taken for that of a path. */
export function schemaTag(revision: number): string {
  return `"s${revision}"`;
}

/** The entity tag of what is read as it ran. `digest` is in hex. */
export function digestTag(digest: string): string {
  return `"d:${digest}"`;
}

/** What a write addresses: what the tags in its conditions are of. */
export type Tagged = 'document' | 'schema';

/** What a write is conditional on. */
export function writeConditions(request: FastifyRequest, of: Tagged): { ifMatch?: number | '*'; ifNoneMatch?: '*' } {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match === undefined && noneMatch === undefined) return {};
  return {
    ...(match === undefined ? {} : { ifMatch: parseIfMatch(match, of) }),
    ...(noneMatch === undefined ? {} : { ifNoneMatch: parseCreateOnly(noneMatch) }),
  };
}

/** Sets the entity tag of what stands there; answers 304 when the client has that already. */
export function answeredByTag(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  tag: string,
): boolean {
  const condition = readCondition(request, tag);
  reply.header('etag', tag);
  if (condition === 'content') return false;
  reply.code(304).send();
  return true;
}

/** Whether a reading is answered with its content, with 304, or refused, given the tag of what stands there. */
function readCondition(request: FastifyRequest, tag: string): 'content' | 'not-modified' {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match !== undefined) checkReadMatch(match, tag);
  if (noneMatch === undefined) return 'content';
  return names(parseTagList(noneMatch), tag) ? 'not-modified' : 'content';
}

function checkReadMatch(header: string, tag: string): void {
  if (header.trim().replace(/^W\//, '') === tag) return;
  const wanted = parseIfMatch(header, 'document');
  if (wanted === '*' || entityTag(wanted) === tag) return;
  throw tagMoved(`The entity tag is ${tag} now.`);
}

/** Refuses a reading of a schema that is not at the tag that the client saw; `tag` is null where none stands there. */
export function checkSchemaMatch({ headers: { 'if-match': match } }: FastifyRequest, tag: string | null): void {
  if (match === undefined) return;
  const wanted = parseIfMatch(match, 'schema');
  if (tag !== null && (wanted === '*' || schemaTag(wanted) === tag)) return;
  throw tagMoved(tag === null ? 'The ledger has no schema of its own at this mount.' : `The entity tag is ${tag} now.`);
}

function names(tags: readonly string[], tag: string): boolean {
  return tags.some((given) => given === '*' || given === tag || given === `W/${tag}`);
}

function parseIfMatch(header: string, of: Tagged): number | '*' {
  const text = header.trim();
  if (text === '*') return '*';
  const revision = (of === 'schema' ? SCHEMA_TAG : REVISION_TAG).exec(text)?.[1];
  if (revision !== undefined && Number.isSafeInteger(Number(revision))) return Number(revision);
  if (of === 'document' && SCHEMA_TAG.test(text)) throw tagMoved('A tag that begins with s is that of a schema, and this is none.');
  if (of === 'schema' && REVISION_TAG.test(text)) throw tagMoved('The tag of a schema begins with s, and this one is of a value.');
  if (DIGEST_TAG.test(text)) throw tagMoved('A tag that begins with d: names what ran, and nothing that can be written over.');
  throw RequestRefused.of('IF_MATCH_MALFORMED', {
    path: 'if-match',
    rule: 'entity-tag',
    message: /^"?\d+"?$/.test(text)
      ? 'If-Match has to be the number in double quotes'
      : `If-Match has ${text.length} characters that are no entity tag, and not *`,
  });
}

function tagMoved(message: string): RequestRefused {
  return RequestRefused.of('IF_MATCH_FAILED', { path: 'if-match', rule: 'if-match', message });
}

function parseCreateOnly(header: string): '*' {
  if (header.trim() === '*') return '*';
  throw RequestRefused.of('IF_NONE_MATCH_MALFORMED', {
    path: 'if-none-match',
    rule: 'create-only',
    message: 'A write takes If-None-Match only as *',
  });
}

function parseTagList(header: string): readonly string[] {
  if (TAG_LIST.test(header.trim())) return header.match(EACH_TAG) ?? [];
  throw RequestRefused.of('IF_NONE_MATCH_MALFORMED', {
    path: 'if-none-match',
    rule: 'entity-tag',
    message: `If-None-Match has ${header.length} characters that are no list of entity tags, each in double quotes`,
  });
}
