// A start that cannot be, explained to people: run-process.ts prints the message without a stack and ends with exit code 1.

/** What stands in the way of a start, for people to put right: one line each, which names the remedy. Everything else thrown is a fault. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** Does `work`; rejects with StartRefused where `explain` knows what its failure means to people. */
export async function refusedWhen<T>(work: () => Promise<T>, explain: (error: unknown) => string | null): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = explain(error);
    throw message === null ? error : new StartRefused(message, { cause: error });
  }
}

/** The `code` of a system error ('EACCES', …); undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
