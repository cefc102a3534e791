// `multipleOf` as people mean it: 19.99 is a multiple of 0.01. Computed on the shortest decimal texts of both numbers, exactly.

interface Decimal {
  readonly digits: bigint;
  /** Power of ten that the digits are multiplied by. */
  readonly exponent: number;
}

/** Whether `value` is a whole multiple of `factor`, which is above 0. */
export function isMultipleOf(value: number, factor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(factor)) return value % factor === 0;
  if (!Number.isFinite(value) || !(factor > 0)) return false;
  const one = decimalOf(value);
  const other = decimalOf(factor);
  const exponent = Math.min(one.exponent, other.exponent);
  return scaled(one, exponent) % scaled(other, exponent) === 0n;
}

function decimalOf(value: number): Decimal {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}
