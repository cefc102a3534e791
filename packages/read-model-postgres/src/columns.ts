// How columns become values: pg gives bigint as text, timestamptz as Date.

/** Revisions and versions; they stay far below 2^53. */
export function numberOf(column: string | null): number | null {
  return column === null ? null : Number(column);
}

/** ISO 8601, UTC, milliseconds. */
export function instantOf(column: Date): string {
  return column.toISOString();
}
