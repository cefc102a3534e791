// One line per step: what is being done, for how long, how it ended.
const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const paint = (/** @type {number} */ code, /** @type {string} */ text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

const TICK_INTERVAL_MS = 1_000;
/** A step that ends sooner leaves no line: what takes no time needs no words. */
const QUIET_BELOW_MS = 700;

/**
 * Runs a step and shows its progress. The step answers whether it succeeded and what a reader must see when it did not.
 * @param {string} title
 * @param {() => Promise<{ ok: boolean, output: string }>} step
 * @param {{ always?: boolean }} [options] always: leave a line even when it took no time
 */
export async function showStep(title, step, options = {}) {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  const show = () => process.stdout.write(`\r\u001b[2K${paint(36, '◌')} ${title} ${paint(2, seconds())}`);
  if (colour) show();
  const timer = colour ? setInterval(show, TICK_INTERVAL_MS) : undefined;
  const { ok, output } = await step().finally(() => clearInterval(timer));
  if (colour) process.stdout.write('\r\u001b[2K');
  if (!ok) {
    console.log(`${paint(31, '✗')} ${title} ${paint(2, seconds())}`);
    console.error(output.trimEnd());
  } else if (options.always === true || performance.now() - startedAt > QUIET_BELOW_MS) {
    console.log(`${paint(32, '✓')} ${title} ${paint(2, seconds())}`);
  }
  return ok;
}
