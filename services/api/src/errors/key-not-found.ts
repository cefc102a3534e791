// The refusal of a path at which nothing stands.
import type { Document } from '@confledger/document';
import { RequestRefused } from './request-refused.js';

/** Names the nearest path that there is. `inherits`: what was looked at is a document of its own, and its environment has parents. */
export function keyNotFound(
  { document, standing }: { readonly document: Document; readonly standing: { readonly version: number | null } },
  key: string,
  inherits = false,
): Error {
  const nearest = document.nearest(key);
  const hint = nearest === undefined ? 'Read the document to see what is there.' : `Ask for ${nearest}.`;
  const where = standing.version === null ? 'the empty document' : `version ${standing.version}`;
  return RequestRefused.of('KEY_NOT_FOUND', {
    path: key,
    rule: 'key-not-found',
    message: `There is no value at ${key} in ${where}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    remedy: inherits ? `${hint} What is inherited is in version=active, and in …/effective.` : hint,
  });
}
