// Positions as the outside sees them: `<installation>:<n>`. Used by the api, the relay and every feed.

/** `n` behind the id of the installation whose log it counts. */
export function formatPosition(installation: string, position: bigint): string {
  return `${installation}:${position}`;
}

export type ParsedPosition = { readonly ok: true; readonly position: bigint } | { readonly ok: false; readonly why: 'malformed' | 'another-installation' };

/** Reads a position; one of another installation says nothing about this log. */
export function parsePosition(installation: string, text: string): ParsedPosition {
  const match = /^([^:\s]+):(0|[1-9][0-9]{0,18})$/.exec(text);
  if (!match) return { ok: false, why: 'malformed' };
  return match[1] === installation ? { ok: true, position: BigInt(match[2] ?? '0') } : { ok: false, why: 'another-installation' };
}
