// What is wrong with the references of a document, where the policy of its environment takes strings with `${` for references.
import { createHash } from 'node:crypto';
import { compilePlaces, type Document } from '@confledger/document';
import { markedLeaves, referenceFlaws, referencesIn, type ReferenceFlaw } from '@confledger/resolution';
import type { Violation } from './rules.js';

export interface ReferencesToCheck {
  readonly document: Document;
  /** Whether a path that gives nothing is one: a draft may still get what it names, and so may a document that others inherit. */
  readonly mustResolve: boolean;
  /** Globs of places where schemas refuse references. */
  readonly literal: readonly string[];
}

/** In path order. */
export function referenceViolations({ document, mustResolve, literal }: ReferencesToCheck): readonly Violation[] {
  const marked = markedLeaves(document);
  if (marked.length === 0) return [];
  const flaws = referenceFlaws(document).filter(({ kind }) => mustResolve || kind !== 'unresolved');
  const found = flaws.map((flaw) => violationOf(document, flaw));
  const isLiteral = compilePlaces(literal);
  for (const { path, value } of marked) {
    const { references } = referencesIn(value);
    if (references.some(({ scheme }) => scheme === 'credential')) found.push(violationOf(document, noCredentials(path)));
    if (references.length > 0 && isLiteral(placeOf(path))) found.push(violationOf(document, notHere(path)));
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}

/** What a profile overrides is held to what is said of the place itself. */
const placeOf = (path: string): string => /^profiles\.(?:[^.\\]|\\.)+\.overrides\.(.*)$/s.exec(path)?.[1] ?? path;

type Flaw = Pick<ReferenceFlaw, 'path' | 'message' | 'remedy'> & { readonly kind: string };

const noCredentials = (path: string): Flaw => ({
  path,
  kind: 'credential',
  message: `${path} refers to a credential, and this release keeps none.`,
  remedy: 'Refer to a variable or a file of the node: ${env:NAME} or ${file:/run/secrets/name}.',
});

const notHere = (path: string): Flaw => ({
  path,
  kind: 'literal',
  message: `${path} holds a reference where its schema refuses them (x-reference: false).`,
  remedy: 'Write the value itself; for a text that is no reference write $${ instead of ${.',
});

/** The whole leaf is part of what the violation is: another value breaks the rule anew. */
function violationOf(document: Document, { path, kind, message, remedy }: Flaw): Violation {
  const identity = createHash('sha256')
    .update(`reference\n${kind}\n${path}\n${document.digestAt(path) ?? ''}`)
    .digest('hex');
  return { mount: '', path, pointer: null, keyword: 'reference', message, remedy, identity };
}
