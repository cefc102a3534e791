// What lists in several answers have in common.

/** The members of an answer, by name, that hold only the first of what there is. */
export type Truncated = readonly string[];

/** An event that could not be applied to the read model. */
export interface ParkedItem {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  /** Why it cannot be applied, in a sentence. */
  readonly error: string;
}
