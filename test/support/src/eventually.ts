// Waiting on a condition instead of sleeping, where a test cannot await the thing itself.

const POLL_INTERVAL_MS = 5;
const TIMEOUT_MS_DEFAULT = 10_000;

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Polls until `condition` answers something truthy and resolves with it. What it throws counts as "not yet".
 * Rejects after `timeoutMs` (10 s by default) with what it threw or answered last.
 */
export async function eventually<T>(condition: () => T | Promise<T>, options: { readonly timeoutMs?: number } = {}): Promise<Truthy<T>> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS_DEFAULT;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await condition();
      if (answer) return answer as Truthy<T>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Not within ${timeoutMs} ms: ${last instanceof Error ? last.message : String(last)}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
