// Which task runs in which child, and when. Two children at most: schemas that have exhausted a limit wait for each other in the second one,
// so that they hold up no others.
import { SchemaJudgeUnavailable } from '@confledger/application';
import { JudgeProcess, type ProcessLimits, type Work } from './judge-process.js';
import type { Answer } from './task-messages.js';

/** Tasks that may wait. A caller has one at a time. */
export const TASKS_WAITING_MAX = 1_000;
/** The second child starts when a task has waited for so long behind the one of the first. */
const SECOND_CHILD_DELAY_MS = 100;
/** For so long a schema whose task exhausted a limit goes to the second child only. */
const SUSPICION_MS = 600_000;
/** Most schemas under suspicion; the oldest one is dropped. */
const SUSPECTS_MAX = 1_000;
/** After a child could not start, others are not tried for so long. */
const RESTART_DELAY_MS = 1_000;

export interface QueueOptions {
  readonly limits: ProcessLimits;
  /** Children end when there was no task for so long. */
  readonly idleMsMax: number;
}

export interface Finished {
  /** `null`: it did not finish within its limits, or its child ended twice. */
  readonly answer: Answer | null;
  /** Time that it took, without waiting for its turn and for its child to start. */
  readonly ranMs: number;
}

interface Job {
  readonly work: Work;
  readonly sinceMs: number;
  /** Its child has ended in the middle once. */
  isRepeated: boolean;
  ranMs: number;
  readonly resolve: (finished: Finished) => void;
  readonly reject: (error: Error) => void;
}

/** A place for a child. */
interface Lane {
  process: JudgeProcess | null;
  job: Job | null;
}

export class JudgeQueue {
  readonly #options: QueueOptions;
  readonly #first: Lane = { process: null, job: null };
  readonly #second: Lane = { process: null, job: null };
  readonly #waiting: Job[] = [];
  /** Schemas that exhausted a limit, and when that was. */
  readonly #suspects = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  #failure: { readonly error: Error; readonly atMs: number } | null = null;
  #idle: NodeJS.Timeout | undefined;
  #later: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** The children that run now. */
  get pids(): readonly number[] {
    return this.#lanes().flatMap(({ process }) => process?.pid ?? []);
  }

  /**
   * Performs a task, in turn: first come, first served. Rejects where no child can start, where too many tasks wait, and after `close`.
   * A caller with several tasks asks for one after the other, which makes callers take turns.
   */
  perform(work: Work): Promise<Finished> {
    const problem = this.#refusal();
    if (problem !== null) return Promise.reject(problem);
    clearTimeout(this.#idle);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, sinceMs: performance.now(), isRepeated: false, ranMs: 0, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the children. What runs or waits rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#later);
    for (const job of [...this.#waiting.splice(0), ...this.#lanes().flatMap(({ job }) => job ?? [])]) job.reject(closed());
    for (const lane of this.#lanes()) void this.#discard(lane);
    while (this.#ending.size > 0) await Promise.all(this.#ending);
  }

  #refusal(): Error | null {
    if (this.#isClosed) return closed();
    if (this.#failure !== null && performance.now() - this.#failure.atMs < RESTART_DELAY_MS) return this.#failure.error;
    if (this.#waiting.length >= TASKS_WAITING_MAX)
      return new SchemaJudgeUnavailable(`More than ${TASKS_WAITING_MAX} tasks wait for the judge of schemas`);
    return null;
  }

  #dispatch(): void {
    if (this.#isClosed) return;
    for (const lane of this.#lanes()) {
      const index = lane.job === null ? this.#waiting.findIndex((job) => this.#mayTake(lane, job)) : -1;
      const [job] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (job !== undefined) void this.#perform(lane, job);
    }
    const isIdle = this.#waiting.length === 0 && this.#lanes().every(({ job }) => job === null);
    clearTimeout(this.#idle);
    if (isIdle) this.#idle = setTimeout(() => this.#endIdle(), this.#options.idleMsMax).unref();
    clearTimeout(this.#later);
    if (this.#waiting.length > 0) this.#later = setTimeout(() => this.#dispatch(), SECOND_CHILD_DELAY_MS);
  }

  #mayTake(lane: Lane, { work, sinceMs }: Job): boolean {
    if (this.#isSuspect(work.schema.id)) return lane === this.#second;
    // Most tasks take milliseconds: waiting for the first child is quicker than starting a second one.
    return lane === this.#first || lane.process !== null || performance.now() - sinceMs >= SECOND_CHILD_DELAY_MS;
  }

  async #perform(lane: Lane, job: Job): Promise<void> {
    lane.job = job;
    try {
      const process = await this.#processOf(lane);
      const sinceMs = performance.now();
      const outcome = await process.run(job.work);
      job.ranMs += performance.now() - sinceMs;
      if (process.hasEnded && lane.process === process) lane.process = null;
      if (outcome.kind === 'answered') job.resolve({ answer: outcome.answer, ranMs: job.ranMs });
      else if (outcome.kind === 'died' && !job.isRepeated && !this.#isClosed) this.#repeat(job);
      else this.#giveUp(job);
    } catch (error) {
      this.#failed(lane, job, error as Error);
    } finally {
      lane.job = null;
      this.#dispatch();
    }
  }

  async #processOf(lane: Lane): Promise<JudgeProcess> {
    if (lane.process !== null && (lane.process.hasEnded || lane.process.isFull)) await this.#discard(lane);
    if (this.#isClosed) throw closed();
    const process = (lane.process ??= new JudgeProcess(this.#options.limits));
    await process.ready();
    return process;
  }

  #repeat(job: Job): void {
    job.isRepeated = true;
    this.#waiting.unshift(job);
  }

  #giveUp({ work, ranMs, resolve }: Job): void {
    const [oldest] = this.#suspects.size < SUSPECTS_MAX ? [] : this.#suspects.keys();
    if (oldest !== undefined) this.#suspects.delete(oldest);
    this.#suspects.set(work.schema.id, performance.now());
    resolve({ answer: null, ranMs });
  }

  #isSuspect(schemaId: string): boolean {
    const sinceMs = this.#suspects.get(schemaId);
    return sinceMs !== undefined && performance.now() - sinceMs < SUSPICION_MS;
  }

  /** A child could not start, twice. Where there is no other, nothing that waits can be done. */
  #failed(lane: Lane, job: Job, error: Error): void {
    lane.process = null;
    if (!job.isRepeated && !this.#isClosed) return this.#repeat(job);
    job.reject(error);
    if (this.#lanes().some(({ process }) => process !== null)) return;
    this.#failure = { error, atMs: performance.now() };
    for (const each of this.#waiting.splice(0)) each.reject(error);
  }

  #endIdle(): void {
    for (const lane of this.#lanes()) void this.#discard(lane);
  }

  async #discard(lane: Lane): Promise<void> {
    const { process } = lane;
    lane.process = null;
    if (process === null) return;
    const ending = process.end();
    this.#ending.add(ending);
    await ending;
    this.#ending.delete(ending);
  }

  #lanes(): readonly [Lane, Lane] {
    return [this.#first, this.#second];
  }
}

function closed(): Error {
  return new SchemaJudgeUnavailable('The judge of schemas is closed');
}
