// A start that cannot be: the message is one line that names the remedy. main.ts prints it and ends with exit code 1.

/** What stands in the way of a start, for people to put right. Everything else that is thrown is a fault. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** The `code` of a system error ('EACCES', …); undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
