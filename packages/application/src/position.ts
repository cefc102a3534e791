// Positions as the outside sees them: `<installation>:<n>`.

/** Every store counts in 64 bits, signed. */
const POSITION_MAX = 2n ** 63n - 1n;

/** `n` behind the id of the installation whose log it counts. */
export function formatPosition(installation: string, position: bigint): string {
  return `${installation}:${position}`;
}

export type ParsedPosition =
  | { readonly ok: true; readonly position: bigint }
  | { readonly ok: false; readonly why: 'malformed' | 'another-installation' };

/** Reads a position; one of another installation says nothing about this log. */
export function parsePosition(installation: string, text: string): ParsedPosition {
  const match = /^([^:\s]+):(0|[1-9][0-9]{0,18})$/.exec(text);
  const position = BigInt(match?.[2] ?? '0');
  if (!match || position > POSITION_MAX) return { ok: false, why: 'malformed' };
  return match[1] === installation ? { ok: true, position } : { ok: false, why: 'another-installation' };
}
