// The forms that an answer has beside the usual one: a document or a value alone, and of a write no more than where it stands now.
import { canonicalJson, type Document, type JsonObject, type JsonValue } from '@confledger/document';
import type { MinimalAnswer, Success, WriteAnswer } from '@confledger/contracts/http';
import type { FastifyRequest } from 'fastify';
import { JSON_TYPE } from './envelope.js';

/** A body that is sent as it is. */
export class RawBody {
  readonly text: string;
  readonly contentType: string;

  constructor(text: string, contentType: string) {
    this.text = text;
    this.contentType = contentType;
  }

  /** A string is its text; everything else, null included, is canonical JSON. No newline at the end. */
  static of(value: JsonValue): RawBody {
    return typeof value === 'string' ? new RawBody(value, 'text/plain; charset=utf-8') : new RawBody(canonicalJson(value), JSON_TYPE);
  }
}

export const MINIMAL = 'return=minimal';
/** Of several, the first counts. */
const RETURN = /(?:^|,)\s*return\s*=\s*"?([\w-]+)"?\s*(?=[;,]|$)/i;

/** Whether a client wants no more of a write's answer than it needs to go on (RFC 7240). */
export function asksForMinimal({ headers: { prefer } }: FastifyRequest): boolean {
  return prefer !== undefined && RETURN.exec(String(prefer))?.[1]?.toLowerCase() === 'minimal';
}

/** The answer to a write, reduced. A batch says in `commit` what other writes say in `data`. */
export function minimalAnswer(answer: Success<unknown> & { readonly commit?: WriteAnswer }): Success<MinimalAnswer> {
  const { version, changed, position } = answer.commit ?? (answer.data as WriteAnswer);
  return { success: true, data: { version, changed, position }, timestamp: answer.timestamp };
}

/** One member for each leaf, named by its path. */
export function flatten(document: Document): JsonObject {
  const flat: { [path: string]: JsonObject[string] } = {};
  for (const { path, value } of document.leaves()) flat[path] = value;
  return flat;
}
