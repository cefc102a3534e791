// What a reference to a path of the document gives.
import type { Document, DocumentNode, JsonValue } from '@confledger/document';
import { convertText, textOfScalar } from './conversions.js';
import { referenceName, type Reference } from './reference-syntax.js';

export type Given = { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly why: string };

/** The leaf that a reference to a path names, as it is written; undefined where nothing or an object stands. */
export function targetLeaf(document: Document, { segments }: Reference): JsonValue | undefined {
  const node = document.nodeAt(segments);
  return node?.kind === 'leaf' ? node.value : undefined;
}

/** Why a path gives nothing, for people. */
export function whyNoLeaf(reference: Reference, node: DocumentNode | undefined): string {
  return `${referenceName(reference)} names ${node === undefined ? 'a place where nothing stands' : 'an object, not a single value'}`;
}

/** What a value gives where it stands alone, or in a text beside others. The default of the reference is not looked at. */
export function givenBy(reference: Reference, value: JsonValue, isAlone: boolean): Given {
  const { type } = reference;
  if (type !== null && typeof value === 'string') return converted(reference, value, type);
  const isWanted = type === null || type === 'json' || typeof value === type;
  if (!isWanted) return { ok: false, why: `what ${referenceName(reference)} gives is no ${type}` };
  if (isAlone || textOfScalar(value) !== undefined) return { ok: true, value };
  return { ok: false, why: `what ${referenceName(reference)} gives is no text, number or boolean and cannot stand inside a text` };
}

function converted(reference: Reference, text: string, type: NonNullable<Reference['type']>): Given {
  const value = convertText(text, type);
  if (value === undefined) return { ok: false, why: `what ${referenceName(reference)} gives is no ${type}` };
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { ok: false, why: `what ${referenceName(reference)} gives is an object; a reference gives a single value or an array` };
  return { ok: true, value };
}
