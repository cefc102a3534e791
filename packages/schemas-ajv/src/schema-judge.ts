// The judge of schemas: what is cheap is answered in place, the rest in a child process. A schema that is hostile costs its own ledger time and
// the thread that answers everybody none.
import type { SchemaJudge } from '@confledger/application';
import type { Examined, Judgement, SchemaDocument, ToJudge } from '@confledger/domain';
import { examineSchema } from './examine.js';
import { judgeElsewhere, TASK_LIMITS_OF_CALL } from './elsewhere.js';
import { judgeInPlace, newBudget, PATTERN_STEPS_IN_PLACE_MAX } from './in-place.js';
import { splitByCost, type RuleCost } from './costs.js';
import { judgementOf } from './judge.js';
import { modeKey } from './mode.js';
import { countPlaces } from './mounts.js';
import type { ProcessLimits } from './judge-process.js';
import { JudgeQueue } from './judge-queue.js';
import { JudgedVerdicts } from './judged-verdicts.js';
import { patternSteps } from './pattern-steps.js';
import { problem } from './problems.js';
import { schemaTree, type SchemaTree } from './schema-tree.js';
import { sizeProblem } from './size.js';
import { Validators } from './validators.js';
import { validatorId } from './validator-id.js';
import type { Verdict } from './verdicts.js';

/** Schemas of more nodes are not compiled by the thread that answers everybody. 200 take about 20 ms. */
export const NODES_IN_PLACE_MAX = 200;
/** Most that a judgement in place may cost, as ways × nodes: up to about 20 ms. */
export const COST_IN_PLACE_MAX = 200_000;
/** Most places that the rules of a judgement in place may have: to look for one verdict takes 2 µs. */
export const PLACES_IN_PLACE_MAX = 10_000;
/** Judgements of more places that are remembered as a whole: a decision asks for the same one again. */
const WIDE_JUDGEMENTS_MAX = 8;
/** A child without a task ends after so long. */
const IDLE_MS_MAX = 60_000;

const PROCESS_LIMITS: ProcessLimits = { taskMsMax: 2_000, readMsMax: 5_000, startMsMax: 15_000, memoryMiBMax: 512 };

export interface SchemaJudgeOptions {
  /** For tests: the defaults are those of the documentation. */
  readonly limits?: Partial<ProcessLimits>;
  readonly idleMsMax?: number;
  /** Default: COST_IN_PLACE_MAX. */
  readonly costInPlaceMax?: number;
  /** Receives what went wrong in a child that should not have. The judgement counts as one that did not come to an end. */
  readonly onFault?: (message: string) => void;
}

export function createSchemaJudge(options: SchemaJudgeOptions = {}): AjvSchemaJudge {
  return new AjvSchemaJudge(options);
}

export class AjvSchemaJudge implements SchemaJudge {
  readonly #queue: JudgeQueue;
  readonly #limits: ProcessLimits;
  readonly #parts = { validators: new Validators(), verdicts: new JudgedVerdicts() };
  readonly #costInPlaceMax: number;
  readonly #wide = new Map<string, Judgement>();
  readonly #onFault: (message: string) => void;

  constructor({ limits, idleMsMax = IDLE_MS_MAX, costInPlaceMax = COST_IN_PLACE_MAX, onFault = () => undefined }: SchemaJudgeOptions) {
    this.#costInPlaceMax = costInPlaceMax;
    this.#limits = { ...PROCESS_LIMITS, ...limits };
    this.#queue = new JudgeQueue({ limits: this.#limits, idleMsMax });
    this.#onFault = onFault;
  }

  /** The children that run now. */
  get pids(): readonly number[] {
    return this.#queue.pids;
  }

  /** In place up to NODES_IN_PLACE_MAX, and where the size alone decides. */
  examineNow(schema: SchemaDocument): Examined | undefined {
    return sizeProblem(schema) !== undefined || isSmall(schemaTree(schema)) ? examineSchema(schema) : undefined;
  }

  /** Rejects where no child can start. */
  async examine(schema: SchemaDocument): Promise<Examined> {
    const now = this.examineNow(schema);
    if (now !== undefined) return now;
    const schemaId = validatorId(schema);
    const { answer } = await this.#queue.perform({
      schema: { id: schemaId, dialect: schema.dialect, text: () => JSON.stringify(schema.schema) },
      task: { kind: 'examine', schemaId },
      pieces: () => [],
    });
    if (answer?.kind === 'examined') return answer.examined;
    if (answer?.kind === 'fault') this.#onFault(answer.message);
    return { kind: 'refused', problems: [TOO_COSTLY] };
  }

  judgeNow(judged: ToJudge): Judgement | undefined {
    if (placesTogether(judged) > PLACES_IN_PLACE_MAX) return this.#wide.get(wideKey(judged));
    const { here, elsewhere } = this.#split(judged);
    if (elsewhere.length > 0) return undefined;
    const budget = newBudget();
    const verdicts: Verdict[] = [];
    for (const each of here) {
      const ofRule = judgeInPlace(each, judged, this.#parts, budget);
      if (ofRule === undefined) return undefined;
      verdicts.push(...ofRule);
    }
    return judgementOf(verdicts);
  }

  /** Rejects where no child can start. */
  async judge(judged: ToJudge): Promise<Judgement> {
    if (placesTogether(judged) <= PLACES_IN_PLACE_MAX) return this.#judge(judged, this.#split(judged).here);
    const judgement = await this.#judge(judged, []);
    const [oldest] = this.#wide.size < WIDE_JUDGEMENTS_MAX ? [] : this.#wide.keys();
    if (oldest !== undefined) this.#wide.delete(oldest);
    this.#wide.set(wideKey(judged), judgement);
    return judgement;
  }

  async #judge(judged: ToJudge, here: readonly RuleCost[]): Promise<Judgement> {
    const budget = newBudget();
    const ofRules = new Map(here.map((each) => [each.rule, judgeInPlace(each, judged, this.#parts, budget)]));
    const ranMsMax = this.#limits.taskMsMax * TASK_LIMITS_OF_CALL;
    const call = { queue: this.#queue, parts: this.#parts, onFault: this.#onFault, ranMs: 0, ranMsMax, violations: 0 };
    const verdicts: Verdict[] = [];
    for (const rule of judged.rules) {
      verdicts.push(...(ofRules.get(rule) ?? (await judgeElsewhere(rule, judged, call))));
    }
    return judgementOf(verdicts);
  }

  /** Ends the children. What runs or waits rejects. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  #split(judged: ToJudge): ReturnType<typeof splitByCost> {
    return splitByCost(judged, this.#parts, { costMax: this.#costInPlaceMax, nodesToCompileMax: NODES_IN_PLACE_MAX });
  }
}

function wideKey({ rules, document, ...mode }: ToJudge): string {
  return [document.digest, modeKey(mode), ...rules.map((rule) => `${validatorId(rule)} ${rule.mount}`)].join('\n');
}

function isSmall(tree: SchemaTree): boolean {
  return tree.nodes.size <= NODES_IN_PLACE_MAX && patternSteps(tree) <= PATTERN_STEPS_IN_PLACE_MAX;
}

/** How many places the rules have together, up to PLACES_IN_PLACE_MAX and some more. */
function placesTogether({ rules, document }: ToJudge): number {
  let sum = 0;
  for (const { mount } of rules) if (sum <= PLACES_IN_PLACE_MAX) sum += countPlaces(mount, document, PLACES_IN_PLACE_MAX);
  return sum;
}

const TOO_COSTLY = problem(
  'SCHEMA_TOO_COSTLY',
  '',
  'The schema could not be looked at within the time and the memory that a schema may take.',
  'Make it simpler, or split it and mount each part at the place that it is about.',
);
