// Whether a number of JSON text keeps its value as a double.

// Every decimal of up to 15 significant digits in the normal range comes back from a double unchanged (DBL_DIG).
const EXACT_DIGITS_MAX = 15;

/** The double of a well-formed JSON number literal, or null when it has another decimal value than the literal. Of -0 it is 0: the sign is the caller's. */
export function exactNumber(literal: string, digits: number, hasExponent: boolean): number | null {
  const value = Number(literal);
  if (value === 0) return significantDigits(literal) === '' ? 0 : null;
  if (digits <= EXACT_DIGITS_MAX && !hasExponent) return value;
  if (!Number.isFinite(value)) return null;
  // The double is the one nearest to the literal, so equal digits cannot stand at another power of ten.
  return significantDigits(literal) === significantDigits(String(value)) ? value : null;
}

/** The digits without zeros at either end; none for zero. */
function significantDigits(literal: string): string {
  const [mantissa = ''] = literal.toLowerCase().split('e');
  const digits = mantissa.replace('-', '').replace('.', '');
  let start = 0;
  let end = digits.length;
  while (start < end && digits.charCodeAt(start) === 48) start++;
  while (end > start && digits.charCodeAt(end - 1) === 48) end--;
  return digits.slice(start, end);
}
