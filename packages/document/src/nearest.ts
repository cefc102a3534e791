// "Did you mean": the known word most like the one that was written. Bounded in cost, whatever it is given.

const WORDS_MAX = 10_000;
const WORD_LENGTH_MAX = 255;

/** The word most like `word`, case, dashes and underscores aside; undefined when none is close (one typing error in three characters). */
export function nearestWord(word: string, words: Iterable<string>): string | undefined {
  const wanted = folded(word);
  let best: string | undefined;
  let limit = Math.max(1, Math.floor(wanted.length / 3));
  let left = WORDS_MAX;
  for (const candidate of words) {
    if (left-- === 0) break;
    const distance = boundedDistance(wanted, folded(candidate), limit);
    if (distance > limit) continue;
    best = candidate;
    if (distance === 0) break;
    limit = distance - 1;
  }
  return best;
}

function folded(word: string): string {
  return word.slice(0, WORD_LENGTH_MAX).toLowerCase().replace(/[-_ ]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours between two words; anything above `limit` when there are more. */
function boundedDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const cost = cell(a, b, row, column, { beforeLast, last, current });
      current.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

interface Rows {
  readonly beforeLast: readonly number[];
  readonly last: readonly number[];
  readonly current: readonly number[];
}

function cell(a: string, b: string, row: number, column: number, rows: Rows): number {
  const at = (cells: readonly number[], index: number): number => cells[index] ?? Number.POSITIVE_INFINITY;
  const same = a[row - 1] === b[column - 1];
  const cost = Math.min(at(rows.last, column) + 1, at(rows.current, column - 1) + 1, at(rows.last, column - 1) + (same ? 0 : 1));
  const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  return swapped ? Math.min(cost, at(rows.beforeLast, column - 2) + 1) : cost;
}
