// A judge of schemas that counts what it is asked, for Prometheus.
import type { SchemaJudge } from '@confledger/application';
import type { ToJudge } from '@confledger/domain';

/** Judgements and the time that they took: on the thread that answers everybody, and apart from it. */
export interface JudgementCounts {
  readonly inPlace: { readonly count: number; readonly ms: number };
  readonly apart: { readonly count: number; readonly ms: number };
}

/** Hands everything on. Every answer to `judge` counts as apart: some of its rules were too costly for the thread. */
export class MeasuredJudge implements SchemaJudge {
  readonly #judge: SchemaJudge;
  readonly #inPlace = { count: 0, ms: 0 };
  readonly #apart = { count: 0, ms: 0 };

  constructor(judge: SchemaJudge) {
    this.#judge = judge;
  }

  get counts(): JudgementCounts {
    return { inPlace: { ...this.#inPlace }, apart: { ...this.#apart } };
  }

  examineNow(...args: Parameters<SchemaJudge['examineNow']>): ReturnType<SchemaJudge['examineNow']> {
    return this.#judge.examineNow(...args);
  }

  examine(...args: Parameters<SchemaJudge['examine']>): ReturnType<SchemaJudge['examine']> {
    return this.#judge.examine(...args);
  }

  judgeNow(judged: ToJudge): ReturnType<SchemaJudge['judgeNow']> {
    const startedMs = performance.now();
    const judgement = this.#judge.judgeNow(judged);
    if (judgement !== undefined) add(this.#inPlace, startedMs);
    return judgement;
  }

  async judge(judged: ToJudge): ReturnType<SchemaJudge['judge']> {
    const startedMs = performance.now();
    try {
      return await this.#judge.judge(judged);
    } finally {
      add(this.#apart, startedMs);
    }
  }

  close(): Promise<void> {
    return this.#judge.close();
  }
}

function add(counted: { count: number; ms: number }, startedMs: number): void {
  counted.count += 1;
  counted.ms += performance.now() - startedMs;
}
