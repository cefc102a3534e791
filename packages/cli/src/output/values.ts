// Values, changes and instants as people read them.
import type { Change, ShownValue } from '@confledger/contracts/http';
import type { JsonValue } from '@confledger/document/json-and-paths';
import type { Paint } from './paint.js';
import { cut, oneLine } from './text.js';

/** Longest value in a line, in characters, on a terminal. */
const VALUE_CHARACTERS_MAX = 100;

/** A value alone: a string bare, all else as JSON. */
export function bareValue(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** A value in a line: JSON, or digest and size where it is large. */
export function inLine(value: ShownValue): string {
  if (isLarge(value)) return `(${value.bytes.toLocaleString('en-US')} bytes, ${value.digest.slice(0, 8)})`;
  return oneLine(JSON.stringify(value));
}

/** A leaf is no object with members, so this one stands for a large value. */
function isLarge(value: ShownValue): value is { readonly digest: string; readonly bytes: number } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'digest' in value && 'bytes' in value;
}

export interface ChangeLinesOptions {
  /** Long values are cut. */
  readonly isCut?: boolean;
  /** Paths whose values are not shown. */
  readonly secrets?: ReadonlySet<string>;
}

const NO_SECRETS: ReadonlySet<string> = new Set();

/** `~ a.b: 1 → 2`, `+ a.b: 2`, `- a.b: 1`, a line for each. */
export function changeLines(
  changes: readonly Change[],
  paint: Paint,
  { isCut = false, secrets = NO_SECRETS }: ChangeLinesOptions = {},
): string[] {
  return changes.map(({ path, before, after, inherited }) => {
    const shown = (value: ShownValue): string =>
      secrets.has(path) ? '(secret)' : isCut ? cut(inLine(value), VALUE_CHARACTERS_MAX) : inLine(value);
    const place = oneLine(path);
    const then = inherited === undefined ? '' : ` (inherited: ${shown(inherited)})`;
    if (before === undefined && after !== undefined) return paint('green', `+ ${place}: ${shown(after)}`);
    if (after === undefined) return paint('red', `- ${place}${before === undefined ? '' : `: ${shown(before)}`}${then}`);
    return `${paint('yellow', `~ ${place}:`)} ${before === undefined ? '' : shown(before)} → ${shown(after)}`;
  });
}

/** `2026-07-01 12:00:00Z`; what is no instant, as it is. */
export function instant(text: string | null): string {
  if (text === null) return '-';
  return oneLine(text).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2Z');
}
