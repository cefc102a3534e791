// The port to whoever compiles schemas and judges documents by them. What is cheap is answered at once, and the rest apart from the thread that
// answers everybody else.
import type { Examined, Judgement, SchemaDocument, ToJudge } from '@confledger/domain';

/** Nobody can judge now: no process can be started for it, or too many judgements wait. Nothing was decided; the same command may be sent again. */
export class SchemaJudgeUnavailable extends Error {
  override readonly name = 'SchemaJudgeUnavailable';
}

export interface SchemaJudge {
  /** Undefined where it takes too long for this thread: ask `examine`. */
  examineNow(schema: SchemaDocument): Examined | undefined;
  /** Whether a schema may be stored, and what it says of places. Rejects with `SchemaJudgeUnavailable`, never for what the schema says. */
  examine(schema: SchemaDocument): Promise<Examined>;
  /** Undefined where it takes too long for this thread: ask `judge`. */
  judgeNow(judged: ToJudge): Judgement | undefined;
  /** A mount whose judgement does not come to an end has one violation, of the keyword `cost`. Rejects as `examine` does. */
  judge(judged: ToJudge): Promise<Judgement>;
  close(): Promise<void>;
}
