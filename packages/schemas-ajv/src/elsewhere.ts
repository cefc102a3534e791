// What is judged in a child: the places of a rule, a few at a time, until each has a verdict or was given up.
import type { Rule, ToJudge } from '@confledger/domain';
import { placeCost } from './costs.js';
import type { Work } from './judge-process.js';
import type { JudgeQueue } from './judge-queue.js';
import { costVerdict, type JudgedVerdicts } from './judged-verdicts.js';
import { placesOf } from './mounts.js';
import { arrayPieces } from './subtree-text.js';
import type { Validator, Validators } from './validators.js';
import { verdictKey, type KeyedPlace, type Verdict } from './verdicts.js';

/** Places that are judged together cost no more than this, or are one: together they take about 100 ms. */
const BATCH_COST_MAX = 2_000_000;
const BATCH_PLACES_MAX = 1_000;
/** Places for which the thread that answers everybody looks what is remembered, before it answers others. */
const PLACES_AT_ONCE = 1_000;
/** Violations of one call; they take 600 bytes each. What is left then counts as given up, this time. */
export const VIOLATIONS_OF_CALL_MAX = 20_000;
/** Time that the tasks of one call may take together, in limits of one task. What is left then counts as given up, this time. */
export const TASK_LIMITS_OF_CALL = 5;

/** One call of the judge, which has one task at a time. */
export interface Call {
  readonly queue: JudgeQueue;
  readonly parts: { readonly validators: Validators; readonly verdicts: JudgedVerdicts };
  readonly onFault: (message: string) => void;
  /** Time that its tasks took, waiting not counted, and may take. */
  ranMs: number;
  readonly ranMsMax: number;
  /** Violations that were found. */
  violations: number;
}

/** The verdicts of one rule, in the order of its places. What is judged, or given up, is remembered. */
export async function judgeElsewhere(rule: Rule, toJudge: ToJudge, call: Call): Promise<readonly Verdict[]> {
  const { validators, verdicts } = call.parts;
  const validator = validators.validatorOf(rule);
  const places: KeyedPlace[] = [];
  const found = new Map<string, Verdict>();
  for (const place of placesOf(rule.mount, toJudge.document)) {
    const key = verdictKey(validator.id, rule, place, toJudge);
    const known = verdicts.recall(key);
    if (known !== undefined) found.set(key, known);
    if (places.push({ place, key }) % PLACES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const batches = batchesOf(
    validator,
    places.filter(({ key }) => !found.has(key)),
  );
  for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
    const { verdicts: judged, open } = await judgeBatch(batch, { rule, toJudge, validator, call });
    for (const [key, verdict] of judged) found.set(key, verdict);
    batches.push(...open);
  }
  return places.map(({ place, key }) => found.get(key) ?? costVerdict(rule, place));
}

/** The last one is judged first. */
function batchesOf(validator: Validator, places: readonly KeyedPlace[]): (readonly KeyedPlace[])[] {
  const batches: KeyedPlace[][] = [];
  let left = 0;
  for (const each of places) {
    const cost = placeCost(validator, each.place.node);
    const last = batches.at(-1);
    if (last === undefined || cost > left || last.length >= BATCH_PLACES_MAX) {
      batches.push([each]);
      left = BATCH_COST_MAX - cost;
    } else {
      last.push(each);
      left -= cost;
    }
  }
  return batches.toReversed();
}

interface BatchOutcome {
  readonly verdicts: readonly (readonly [key: string, verdict: Verdict])[];
  /** What is to be tried in tasks of its own. */
  readonly open: readonly (readonly KeyedPlace[])[];
}

interface OfRule {
  readonly rule: Rule;
  readonly toJudge: ToJudge;
  readonly validator: Validator;
  readonly call: Call;
}

async function judgeBatch(batch: readonly KeyedPlace[], of: OfRule): Promise<BatchOutcome> {
  const { rule, call } = of;
  const { verdicts } = call.parts;
  if (call.ranMs >= call.ranMsMax || call.violations > VIOLATIONS_OF_CALL_MAX) return { verdicts: [], open: [] };
  const { answer, ranMs } = await call.queue.perform(workOf(batch, of));
  call.ranMs += ranMs;
  if (answer?.kind === 'judged') {
    const judged = answer.verdicts.flatMap((verdict, index) => {
      const key = batch[index]?.key;
      return key === undefined ? [] : [[key, verdict] as const];
    });
    for (const [key, verdict] of judged) {
      verdicts.remember(key, verdict);
      call.violations += verdict.violations.length + verdict.unjudged.length;
    }
    const open = batch.slice(judged.length);
    return { verdicts: judged, open: open.length === 0 || judged.length === 0 ? [] : [open] };
  }
  if (answer?.kind === 'fault') call.onFault(answer.message);
  // One that exhausts a limit does not take the verdicts of others with it.
  const half = Math.ceil(batch.length / 2);
  if (batch.length > 1) return { verdicts: [], open: [batch.slice(half), batch.slice(0, half)] };
  const [alone] = batch;
  if (alone !== undefined) verdicts.giveUp(alone.key, costVerdict(rule, alone.place));
  return { verdicts: [], open: [] };
}

function workOf(batch: readonly KeyedPlace[], { rule, toJudge, validator }: OfRule): Work {
  return {
    schema: { id: validator.id, dialect: rule.dialect, text: () => JSON.stringify(rule.schema) },
    task: {
      kind: 'judge',
      schemaId: validator.id,
      mount: rule.mount,
      places: batch.map(({ place: { segments, matched } }) => ({ segments, matched })),
      mode: { isAbstract: toJudge.isAbstract, hasReferences: toJudge.hasReferences },
    },
    pieces: () => arrayPieces(batch.map(({ place }) => place.node)),
  };
}
