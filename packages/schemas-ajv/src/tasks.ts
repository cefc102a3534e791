// What the child does: reads the texts of a task, then examines a schema or judges what stands at places.
import { Document, isJsonObject, parseJsonText, type JsonObject, type JsonValue } from '@confledger/document';
import type { Rule, SchemaDocument, ToJudge } from '@confledger/domain';
import { examineSchema } from './examine.js';
import { judgePlace } from './judge.js';
import type { MountedPlace } from './mounts.js';
import type { Answer, JudgeTask, PieceMessage, SchemaMessage, SentPlace, Task } from './task-messages.js';
import { Validators } from './validators.js';
import type { Verdict } from './verdicts.js';

/** Violations after which the other places are left to another task: reading an answer must not keep the parent from others. */
export const VIOLATIONS_SENT_MAX = 2_000;

export class Tasks {
  readonly #schemas = new Map<string, SchemaMessage | SchemaDocument>();
  readonly #validators = new Validators();
  #pieces: string[] = [];

  keepSchema(message: SchemaMessage): void {
    this.#schemas.set(message.id, message);
  }

  keepPiece({ text }: PieceMessage): void {
    this.#pieces.push(text);
  }

  /** Reads what the task is about. What it answers performs the task, and never throws. */
  prepare(task: Task): () => Answer {
    const pieces = this.#pieces;
    this.#pieces = [];
    try {
      const perform = this.#performing(task, pieces);
      return () => orFault(perform);
    } catch (error) {
      return () => fault(error);
    }
  }

  #performing(task: Task, pieces: readonly string[]): () => Answer {
    const schema = this.#schema(task.schemaId);
    if (task.kind === 'examine') return () => ({ kind: 'examined', examined: examineSchema(schema) });
    const subtrees = parseJsonText(pieces.join('')) as readonly JsonValue[];
    const toJudge = task.places.map((place, index) => this.#toJudge(task, place, subtrees[index] ?? null));
    return () => ({ kind: 'judged', verdicts: this.#judge({ ...schema, mount: task.mount, origin: NO_ORIGIN }, toJudge) });
  }

  #schema(id: string): SchemaDocument {
    const kept = this.#schemas.get(id);
    if (kept === undefined) throw new Error(`schema ${id} was not sent`);
    if (!('text' in kept)) return kept;
    const read = { dialect: kept.dialect, schema: parseJsonText(kept.text) as JsonObject | boolean };
    this.#schemas.set(id, read);
    return read;
  }

  #toJudge({ mode }: JudgeTask, { segments, matched }: SentPlace, subtree: JsonValue): PlaceToJudge {
    const document = documentAt(segments, subtree);
    const node = document.nodeAt(segments);
    if (node === undefined) throw new Error('nothing stands at a place');
    return { place: { segments, matched, node }, toJudge: { rules: [], document, ...mode } };
  }

  #judge(rule: Rule, places: readonly PlaceToJudge[]): readonly Verdict[] {
    const validator = this.#validators.validatorOf(rule);
    const verdicts: Verdict[] = [];
    let sent = 0;
    for (const { place, toJudge } of places) {
      const verdict = judgePlace(validator, rule, place, toJudge);
      verdicts.push(verdict);
      sent += verdict.violations.length + verdict.unjudged.length;
      if (sent >= VIOLATIONS_SENT_MAX) break;
    }
    return verdicts;
  }
}

interface PlaceToJudge {
  readonly place: MountedPlace;
  readonly toJudge: ToJudge;
}

/** A judgement does not say where its rule comes from. */
const NO_ORIGIN: Rule['origin'] = { kind: 'own', revision: -1 };

/** A document in which only this stands. */
function documentAt(segments: readonly string[], subtree: JsonValue): Document {
  const whole = segments.toReversed().reduce<JsonValue>((below, name) => ({ [name]: below }), subtree);
  const made = isJsonObject(whole) ? Document.from(whole) : undefined;
  if (made?.ok !== true) throw new Error(`what stands at a place is no document: ${made?.problem.message ?? 'it is no object'}`);
  return made.value;
}

function orFault(perform: () => Answer): Answer {
  try {
    return perform();
  } catch (error) {
    return fault(error);
  }
}

function fault(error: unknown): Answer {
  return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
}
