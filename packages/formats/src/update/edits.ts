// Edits of a text by offsets, and the order to make them in.

/** Replaces what stands from `start` up to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Stands behind all that is inserted at the same offset. */
  readonly isLast?: boolean;
}

/** Something stands in the text in a way that no edit of its own changes. Never leaves this folder's callers: a larger part is replaced. */
export class NoSuchEdit extends Error {
  override readonly name = 'NoSuchEdit';
}

/** The text with all edits made. Those that insert at one place keep their order. Throws NoSuchEdit where two overlap. */
export function withEdits(text: string, edits: readonly Edit[]): string {
  const numbered = edits.map((edit, order) => ({ ...edit, order: edit.isLast === true ? order + edits.length : order }));
  const sorted = numbered.sort((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
  const parts: string[] = [];
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at) throw new NoSuchEdit();
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
