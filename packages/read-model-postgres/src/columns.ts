// How columns become values: pg gives bigint as text, timestamptz as Date.
import type { Pin } from '@confledger/application';

/** Revisions and versions; they stay far below 2^53. */
export function numberOf(column: string | null): number | null {
  return column === null ? null : Number(column);
}

/** ISO 8601, UTC, milliseconds. */
export function instantOf(column: Date): string {
  return column.toISOString();
}

/** Columns of what is pinned; all null where nothing is. */
export interface PinColumns {
  readonly pinned: string | null;
  readonly pinned_by: string | null;
  readonly pinned_at: Date | null;
}

export function pinOf({ pinned, pinned_by: actor, pinned_at: at }: PinColumns): Pin | null {
  return pinned === null || actor === null || at === null ? null : { activation: Number(pinned), actor, occurredAt: instantOf(at) };
}
