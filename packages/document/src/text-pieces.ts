// Strings cut out of a JSON text. V8 makes a slice of 13 characters or more a window on the whole text, so that one kept leaf would keep a
// request body of 10 MiB alive. These keep 1,024 characters alive at most, beside themselves.

const WINDOW_LENGTH_MIN = 13;
/** Characters of a block that slices are windows on. Copying one costs as much as copying four strings one by one. */
const BLOCK_LENGTH = 1_024;
const BEYOND_LATIN1 = /[^\u0000-\u00ff]/;

/** Asked for in their order. */
export class TextPieces {
  private readonly text: string;
  private block: string;
  private blockStart = 0;
  private blockEnd: number;

  constructor(text: string) {
    this.text = text;
    this.block = text.length <= BLOCK_LENGTH ? text : '';
    this.blockEnd = this.block.length;
  }

  /** What stands from `start` up to `end`; `start` is not before that of an earlier call. */
  slice(start: number, end: number): string {
    if (end - start < WINDOW_LENGTH_MIN) return this.text.slice(start, end);
    if (end > this.blockEnd) this.nextBlock(start, end);
    return this.block.slice(start - this.blockStart, end - this.blockStart);
  }

  private nextBlock(start: number, end: number): void {
    this.blockStart = start;
    this.blockEnd = Math.max(end, Math.min(start + BLOCK_LENGTH, this.text.length));
    this.block = copied(this.text.slice(start, this.blockEnd));
  }
}

/** The same characters in memory of their own. A browser has no Buffer: there a piece keeps the whole text alive. */
function copied(text: string): string {
  if (typeof Buffer === 'undefined') return text;
  const encoding = BEYOND_LATIN1.test(text) ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}
