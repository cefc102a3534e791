// The projector in a process of its own, which this process starts, wakes, watches, starts again when it ends by itself, and stops.
import type { ChildProcess } from 'node:child_process';
import { Backoff } from '@confledger/backoff';
import { LET_GO_MS_MAX } from '@confledger/process/run-child';
import { stateOf, type ChildState, type WakeMessage } from '@confledger/projector';
import { launch, type Launched, type LaunchOptions } from './launch.js';
import type { PidFile } from './pid-file.js';

/** Back-off between an end that was not asked for and the next start. */
const RESTART_DELAY_MS = { first: 200, max: 30_000 };
/** How long an end is kept to itself: a signal to the whole process group may reach the child first, and this process a moment later. */
const REPORT_DELAY_MS = 200;
/** It says how it is every few seconds; one that is silent for so long hangs. */
export const SILENCE_MS_MAX = 20_000;
/** One that ran for so long has not failed at its start: the next start comes soon again. */
const STEADY_MS = 60_000;
/** Longer than the child gives itself: then it hangs and is killed, which loses nothing. */
export const STOP_MS_MAX = LET_GO_MS_MAX + 1_000;

export interface SupervisedProjectorOptions extends LaunchOptions {
  /** Tests shorten the wait. */
  readonly stopMsMax?: number;
  /** Default: `performance.now`. */
  readonly nowMs?: () => number;
  readonly pidFile: PidFile;
  /** Receives what a person has to know at once. */
  readonly onNotice: (text: string) => void;
  readonly logger: { error(details: object, message: string): void };
}

export class SupervisedProjector {
  readonly #options: SupervisedProjectorOptions;
  readonly #backoff = new Backoff(RESTART_DELAY_MS.first, RESTART_DELAY_MS.max);
  #child: ChildProcess | null = null;
  #state: ChildState = 'starting';
  /** The child of now has been loaded. Before, it has connected to nothing. */
  #isLoaded = false;
  /** How it ended by itself, where it has not worked since: a signal or an exit code. */
  #end: string | null = null;
  /** That end was reported. */
  #hasFailed = false;
  /** When it said last how it is; by `performance.now()`. */
  #heardAtMs = 0;
  #restarting: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: SupervisedProjectorOptions) {
    this.#options = options;
  }

  /** What is wrong, in a sentence for probes; null when nothing is. */
  problem(): string | null {
    if (this.#end !== null)
      return `the projector ended by itself (${this.#end}) and is started again: the read model stands still; logs/projector.log has its last words`;
    if (this.#child !== null && this.#nowMs() - this.#heardAtMs > SILENCE_MS_MAX)
      return `the projector is silent: it hangs. End it with kill -9 ${this.#child.pid}, and it is started again`;
    return this.#state === 'failing' ? 'the projector fails and tries again: logs/projector.log says why' : null;
  }

  /** Once; without effect after `stop`. */
  start(): void {
    if (this.#stopping === undefined) this.#start();
  }

  /** The log reaches to this position. Lost while no child runs, and by one that is being started: it reads what there is first. */
  wake(position: bigint): void {
    const message: WakeMessage = { position: String(position) };
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  /**
   * Lets it end after the batch under way; one that does not end within `STOP_MS_MAX` is killed, and one that is still being loaded at once.
   * Idempotent.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#letGo();
    return this.#stopping;
  }

  async #letGo(): Promise<void> {
    clearTimeout(this.#restarting);
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (!this.#isLoaded) child.kill('SIGKILL');
    if (child.connected) child.disconnect();
    const killing = setTimeout(() => child.kill('SIGKILL'), this.#options.stopMsMax ?? STOP_MS_MAX);
    await ended;
    clearTimeout(killing);
  }

  #start(): void {
    const launched = launch(this.#options);
    const { child } = launched;
    const startedAtMs = performance.now();
    this.#child = child;
    this.#heardAtMs = this.#nowMs();
    this.#state = 'starting';
    this.#isLoaded = false;
    if (child.pid !== undefined) this.#options.pidFile.write(child.pid);
    child.on('message', (message) => this.#hear(stateOf(message)));
    // One that cannot be started says so by an error, and has no exit; a word that does not reach one that has ended is no fault.
    child.on('error', (error) => child.pid === undefined && this.#ended(launched, error.message));
    child.once('exit', (code, signal) => {
      if (performance.now() - startedAtMs >= STEADY_MS) this.#backoff.reset();
      this.#ended(launched, signal ?? `exit code ${String(code)}`);
    });
  }

  #hear(state: ChildState | null): void {
    if (state === null) return;
    this.#heardAtMs = this.#nowMs();
    this.#isLoaded = true;
    this.#state = state;
    if (state !== 'active' && state !== 'standby') return;
    this.#end = null;
    if (!this.#hasFailed) return;
    this.#hasFailed = false;
    this.#options.onNotice('The projector works again.');
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? performance.now();
  }

  #ended({ child, lastWords }: Launched, how: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#end = how;
    this.#options.pidFile.remove();
    if (this.#stopping !== undefined) return;
    const pauseMs = Math.max(0, Math.round(this.#backoff.nextMs()) - REPORT_DELAY_MS);
    this.#restarting = setTimeout(() => {
      this.#report({ how, lastWords: lastWords(), pauseMs });
      this.#restarting = setTimeout(() => this.#start(), pauseMs);
    }, REPORT_DELAY_MS);
  }

  #report({ how, lastWords, pauseMs }: { readonly how: string; readonly lastWords: string; readonly pauseMs: number }): void {
    this.#options.logger.error({ how, lastWords, pauseMs }, 'the projector ended by itself and is started again');
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const when = pauseMs < 1_000 ? '' : ` in ${Math.round(pauseMs / 1_000)} s`;
    const why = lastWords === '' ? '' : `: ${lastWords}`;
    this.#options.onNotice(`The projector ended by itself (${how}) and is started again${when}${why}`);
  }
}
