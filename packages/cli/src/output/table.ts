// Tables for people: aligned columns, cut to the width of a terminal, whole everywhere else.
import { cut, oneLine } from './text.js';

const GAP = 2;
const CELL_MIN = 6;

/**
 * Rows below their headers. On a terminal (`columns` given) the widest column is cut until a row fits; null cuts nothing. Cells are made one line.
 */
export function table(headers: readonly string[], rows: readonly (readonly (string | number | null)[])[], columns: number | null): string {
  const cells = [headers, ...rows.map((row) => row.map((cell) => oneLine(String(cell ?? '-'))))];
  const widths = headers.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? '').length)));
  if (columns !== null) shrink(widths, columns);
  const lines = cells.map((row) =>
    row
      .map((cell, index) => cut(cell, widths[index] ?? 0).padEnd((widths[index] ?? 0) + GAP))
      .join('')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Takes from the widest column until all fit, or none has more than the least width. */
function shrink(widths: number[], columns: number): void {
  for (let over = total(widths) - columns; over > 0; over = total(widths) - columns) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= CELL_MIN) return;
    widths[widest] = Math.max(CELL_MIN, width - over);
  }
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, -GAP);
}
