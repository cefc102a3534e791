// One child in which schemas are examined and documents judged, as its parent sees it: one task at a time, with limits of time and memory.
import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SchemaJudgeUnavailable } from '@confledger/application';
import type { Dialect } from '@confledger/domain';
import type { Answer, FromChild, Task, TaskMessage, ToChild } from './task-messages.js';

/** The file to run: what was built, also where this is read as source. */
const CHILD = fileURLToPath(new URL('../dist/child.js', import.meta.url));

/** Most schemas that one child keeps; it is replaced before it would get another. */
export const SCHEMAS_SENT_MAX = 500;
/** Interval between two looks at the memory of a child that works. */
const MEMORY_CHECK_INTERVAL_MS = 50;
/** Part of the memory that V8 may use for old objects; the rest is for young ones, code, texts and Node itself. */
const OLD_SPACE_SHARE = 0.75;
/** The code that ajv makes of 2,000 members beside each other nests as deep. Node has 984 KiB; systems give 8 MiB. */
const STACK_KIB = 3_600;
/** Last characters of its error output, for the message of one that cannot start. */
const LAST_WORDS_LENGTH_MAX = 2_000;

export interface ProcessLimits {
  /** Time for one task, after its texts are read. */
  readonly taskMsMax: number;
  /** Time for a child to receive and read the texts of a task. */
  readonly readMsMax: number;
  /** Time for a child to be loaded. */
  readonly startMsMax: number;
  /** Memory of the whole child, in MiB. */
  readonly memoryMiBMax: number;
  /** The file to run. For tests. */
  readonly program?: string;
}

/** A schema as a child gets it. `text` is its JSON, asked for only where the child does not have it. */
export interface SentSchema {
  readonly id: string;
  readonly dialect: Dialect;
  text(): string;
}

export interface Work {
  readonly schema: SentSchema;
  readonly task: Task;
  /** The text that belongs to the task, piece by piece; made when it is sent. */
  pieces(): Iterable<string>;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** It did not finish within its limits, and the child was killed. */
  | { readonly kind: 'unfinished'; readonly limit: 'time' | 'memory' }
  /** The child ended by itself or was killed by somebody else. */
  | { readonly kind: 'died'; readonly how: string };

export class JudgeProcess {
  readonly #limits: ProcessLimits;
  readonly #child: ChildProcess;
  readonly #sent = new Set<string>();
  readonly #ready: Promise<void>;
  readonly #ended: Promise<void>;
  #lastWords = '';
  #number = 0;
  #hear: (message: FromChild) => void = () => undefined;
  #endedBy: string | null = null;
  #onEnd: (how: string) => void = () => undefined;

  constructor(limits: ProcessLimits) {
    this.#limits = limits;
    // No secret of ours is in its environment, and no flag of ours (an inspector, a loader) on its command line.
    this.#child = fork(limits.program ?? CHILD, [String(process.pid)], {
      env: {},
      execArgv: [`--max-old-space-size=${Math.floor(limits.memoryMiBMax * OLD_SPACE_SHARE)}`, `--stack-size=${STACK_KIB}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#lastWords = (this.#lastWords + data.toString()).slice(-LAST_WORDS_LENGTH_MAX);
    });
    this.#child.on('message', (message: FromChild) => this.#hear(message));
    this.#ended = this.#watchEnd();
    this.#ready = this.#start();
    // Whoever runs a task is told; nobody may.
    this.#ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#endedBy !== null;
  }

  /** It has all the schemas that one child may have. */
  get isFull(): boolean {
    return this.#sent.size >= SCHEMAS_SENT_MAX;
  }

  /** Resolves when it is loaded. Rejects with why it cannot start, and has ended then. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** One at a time, after `ready`. Never rejects. After any other outcome than an answer the child has ended. */
  async run(work: Work): Promise<Outcome> {
    this.#keepParentAlive(true);
    this.#number += 1;
    try {
      const outcome = await this.#perform(work, this.#number);
      if (outcome.kind !== 'answered') await this.end();
      return outcome;
    } finally {
      this.#hear = () => undefined;
      this.#onEnd = () => undefined;
      this.#keepParentAlive(false);
    }
  }

  /** Kills it, which loses nothing, and resolves when it has gone. */
  end(): Promise<void> {
    this.#keepParentAlive(true);
    this.#child.kill('SIGKILL');
    return this.#ended;
  }

  #perform(work: Work, number: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        timer.stop();
        stopWatching();
        resolve(outcome);
      };
      const timer = patientTimer(() => settle({ kind: 'unfinished', limit: 'time' }));
      const stopWatching = this.#watchMemory(() => settle({ kind: 'unfinished', limit: 'memory' }));
      timer.start(this.#limits.readMsMax);
      // V8 aborts where it has no memory left.
      this.#onEnd = (how) => settle(how === 'SIGABRT' ? { kind: 'unfinished', limit: 'memory' } : { kind: 'died', how });
      this.#hear = (message) => {
        if (message.kind === 'ready' || message.number !== number) return;
        if (message.kind === 'begun') timer.start(this.#limits.taskMsMax);
        else settle({ kind: 'answered', answer: message.answer });
      };
      if (this.#endedBy === null) void this.#send(work, { kind: 'task', number, task: work.task });
      else this.#onEnd(this.#endedBy);
    });
  }

  async #send({ schema, pieces }: Work, task: TaskMessage): Promise<void> {
    if (!this.#sent.has(schema.id)) {
      this.#sent.add(schema.id);
      await this.#post({ kind: 'schema', id: schema.id, dialect: schema.dialect, text: schema.text() });
    }
    for (const text of pieces()) await this.#post({ kind: 'piece', text });
    await this.#post(task);
  }

  /** Resolves when it is written, which leaves the event loop to others; also where the child has gone, which `#watchEnd` sees. */
  #post(message: ToChild): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.connected) this.#child.send(message, () => setImmediate(resolve));
      else resolve();
    });
  }

  async #start(): Promise<void> {
    const problem = await new Promise<string | null>((resolve) => {
      const late = patientTimer(() => resolve(`it was not loaded within ${this.#limits.startMsMax} ms`));
      late.start(this.#limits.startMsMax);
      this.#onEnd = (how) => resolve(`it ended (${how})${this.#lastWords === '' ? '' : `: ${this.#lastWords.trim()}`}`);
      this.#hear = (message) => {
        if (message.kind !== 'ready') return;
        late.stop();
        resolve(null);
      };
    });
    this.#keepParentAlive(false);
    if (problem === null) return;
    await this.end();
    throw new SchemaJudgeUnavailable(`The process that judges schemas cannot start: ${problem}`);
  }

  #watchEnd(): Promise<void> {
    return new Promise((resolve) => {
      const ended = (how: string): void => {
        if (this.#endedBy !== null) return;
        this.#endedBy = how;
        this.#onEnd(how);
        resolve();
      };
      // A message that does not reach one that has ended is no fault; one that cannot be started has no exit.
      this.#child.on('error', (error) => this.#child.pid === undefined && ended(error.message));
      // After `close` its error output is complete.
      this.#child.once('close', (code, signal) => ended(signal ?? `exit code ${String(code)}`));
    });
  }

  /** Where the system tells it: the limit of V8 does not hold for what is outside of its heap. */
  #watchMemory(exceeded: () => void): () => void {
    if (process.platform !== 'linux') return () => undefined;
    const timer = setInterval(() => {
      void residentMiB(this.#child.pid).then((mib) => mib > this.#limits.memoryMiBMax && exceeded());
    }, MEMORY_CHECK_INTERVAL_MS);
    return () => clearInterval(timer);
  }

  /** A child without work lets a process end. */
  #keepParentAlive(isWorking: boolean): void {
    for (const handle of [this.#child, this.#child.channel]) {
      if (isWorking) handle?.ref();
      else handle?.unref();
    }
    (this.#child.stderr as { unref?(): void; ref?(): void } | null)?.[isWorking ? 'ref' : 'unref']?.();
  }
}

interface PatientTimer {
  /** In place of the time that runs. */
  start(ms: number): void;
  stop(): void;
}

/** A time limit that takes an answer which waits behind it: timers come before messages where this process was busy itself. */
function patientTimer(late: () => void): PatientTimer {
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
  const start = (ms: number): void => {
    stop();
    timer = setTimeout(() => (turn = setImmediate(() => (turn = setImmediate(late)))), ms);
  };
  return { start, stop };
}

/** Resident memory of a process; 0 where it cannot be read. */
async function residentMiB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'latin1').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024;
}
