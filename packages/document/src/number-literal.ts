// Whether a number of JSON text keeps its value as a double. Used by the parser only.

// Every decimal of up to 15 significant digits in the normal range comes back from a double unchanged (DBL_DIG).
const EXACT_DIGITS_MAX = 15;

/** The double of a well-formed JSON number literal, or null when it has another decimal value than the literal. -0 is 0. */
export function exactNumber(literal: string, digits: number, hasExponent: boolean): number | null {
  const value = Number(literal);
  if (value === 0) return significand(literal).digits === '' ? 0 : null;
  if (digits <= EXACT_DIGITS_MAX && !hasExponent) return value;
  if (!Number.isFinite(value)) return null;
  const wanted = significand(literal);
  const kept = significand(String(value));
  return wanted.digits === kept.digits && wanted.exponent === kept.exponent ? value : null;
}

/** Digits without zeros at either end, and the power of ten behind the last of them. */
function significand(literal: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '', power = '0'] = (literal.startsWith('-') ? literal.slice(1) : literal).toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  let start = 0;
  let end = all.length;
  while (start < end && all.charCodeAt(start) === 48) start++;
  while (end > start && all.charCodeAt(end - 1) === 48) end--;
  return { digits: all.slice(start, end), exponent: Number(power) - fraction.length + (all.length - end) };
}
