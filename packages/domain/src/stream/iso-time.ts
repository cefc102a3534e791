// Instants as text. Commands that come together share a millisecond, and its text.
let lastTime = Number.NaN;
let lastText = '';

/** UTC, ISO 8601 with milliseconds. `time` counts milliseconds since the epoch. Throws a RangeError for what is no time. */
export function isoTime(time: number): string {
  if (time !== lastTime) {
    lastText = new Date(time).toISOString();
    lastTime = time;
  }
  return lastText;
}
