// Waiting on a condition instead of sleeping, where a test cannot await the thing itself.

/**
 * A twentieth of the time that has passed, within these bounds: what happens soon is seen at once, and long waits do not keep the processes
 * busy that are waited for, which are often asked over HTTP.
 */
const POLL_INTERVAL_MS = { min: 5, max: 50 } as const;
const POLLS_IN_THE_TIME_PASSED = 20;
const TIMEOUT_MS_DEFAULT = 10_000;

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Polls until `condition` answers something truthy and resolves with it. What it throws counts as "not yet".
 * Rejects after `timeoutMs` (10 s by default) with what it threw or answered last.
 */
export async function eventually<T>(condition: () => T | Promise<T>, options: { readonly timeoutMs?: number } = {}): Promise<Truthy<T>> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS_DEFAULT;
  const began = performance.now();
  for (;;) {
    let last: unknown;
    try {
      const answer = await condition();
      if (answer) return answer as Truthy<T>;
      last = answer;
    } catch (error) {
      last = error;
    }
    const passedMs = performance.now() - began;
    if (passedMs >= timeoutMs) {
      throw new Error(`Not within ${timeoutMs} ms: ${last instanceof Error ? last.message : String(last)}`, { cause: last });
    }
    const intervalMs = Math.min(POLL_INTERVAL_MS.max, Math.max(POLL_INTERVAL_MS.min, passedMs / POLLS_IN_THE_TIME_PASSED));
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
