// Line and column of an offset.

/** A place in a text. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. A byte order mark takes none. */
  readonly column: number;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** The lines of one text. Its line starts are found when first asked for. */
export class Lines {
  private readonly text: string;
  private startsMemo: readonly number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  position(at: number): Position {
    const starts = (this.startsMemo ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(0, at - (starts[low] ?? 0)) + 1 };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [text.startsWith(BYTE_ORDER_MARK) ? 1 : 0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
