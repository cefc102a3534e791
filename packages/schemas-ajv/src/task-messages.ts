// What crosses between a process and the child in which it judges. Sent with `serialization: 'advanced'`: JSON.parse misreads names on some
// releases of Node (packages/docs/adr/0011), so documents and schemas cross as JSON texts, which the child reads by parseJsonText.
import type { Dialect, Examined } from '@confledger/domain';
import type { JudgementMode } from './mode.js';
import type { Verdict } from './verdicts.js';

/** A schema, sent once to each child that needs it. */
export interface SchemaMessage {
  readonly kind: 'schema';
  /** Names the schema in tasks. */
  readonly id: string;
  readonly dialect: Dialect;
  /** Its JSON. */
  readonly text: string;
}

/** A part of the JSON text that belongs to the task that follows. */
export interface PieceMessage {
  readonly kind: 'piece';
  readonly text: string;
}

/** To be answered once by an `AnswerMessage` of the same number. A child has one task at a time. */
export interface TaskMessage {
  readonly kind: 'task';
  readonly number: number;
  readonly task: Task;
}

export type Task = ExamineTask | JudgeTask;

/** Whether the schema may be stored. */
export interface ExamineTask {
  readonly kind: 'examine';
  readonly schemaId: string;
}

/** What the schema says of each place. The pieces before it are a JSON array: what stands at each of the places. */
export interface JudgeTask {
  readonly kind: 'judge';
  readonly schemaId: string;
  /** Where the schema is mounted; every place matches it. */
  readonly mount: string;
  readonly places: readonly SentPlace[];
  readonly mode: JudgementMode;
}

export interface SentPlace {
  readonly segments: readonly string[];
  /** What the wildcards of the mount stand for. */
  readonly matched: readonly string[];
}

export type ToChild = SchemaMessage | PieceMessage | TaskMessage;

/** The child is loaded and takes tasks. */
export interface ReadyMessage {
  readonly kind: 'ready';
}

/** The texts of a task are read, and its own time begins. */
export interface BegunMessage {
  readonly kind: 'begun';
  readonly number: number;
}

export interface AnswerMessage {
  readonly kind: 'answer';
  readonly number: number;
  readonly answer: Answer;
}

export type Answer =
  | { readonly kind: 'examined'; readonly examined: Examined }
  /** One for each of the first places of the task, at least one: of many violations not all are sent at once. */
  | { readonly kind: 'judged'; readonly verdicts: readonly Verdict[] }
  /** The task threw: a fault of this package. */
  | { readonly kind: 'fault'; readonly message: string };

export type FromChild = ReadyMessage | BegunMessage | AnswerMessage;
