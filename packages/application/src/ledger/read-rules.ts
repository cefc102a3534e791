// The rules of a ledger as whoever writes to it meets them, and what is wrong by them already.
import { Document } from '@confledger/document';
import {
  documentToRun,
  ownRules,
  refuse,
  rulesInForce,
  unknownSections,
  type Base,
  type EnvironmentFact,
  type Judgement,
  type Ledger,
  type LedgerId,
  type LedgerTypes,
  type RulesInForce,
  type Schemas,
} from '@confledger/domain';
import { isStreamFault } from '../loading/broken-streams.js';
import type { KeptStream } from '../loading/kept-stream.js';
import type { SchemaJudge } from '../ports/schemas.js';
import { ranOf } from './active-document.js';
import type { Layering } from './layering.js';
import type { RulesOutcome } from './ledger-rules.js';
import { standingOf, type Surroundings } from './standing.js';

export interface ReadRulesTools {
  readonly kept: KeptStream<LedgerTypes>;
  readonly layering: Layering;
  readonly around: Surroundings;
  readonly judge: Pick<SchemaJudge, 'judge' | 'judgeNow'>;
  /** By a read that begins with the call. */
  readonly environmentOf: (id: LedgerId) => Promise<EnvironmentFact>;
}

/** Also where there is no ledger yet, if its environment or its parents have rules. */
export async function readRules(tools: ReadRulesTools, id: LedgerId): Promise<RulesOutcome> {
  const { layering, around } = tools;
  const [loaded, environment] = await Promise.all([tools.kept.fresh(), tools.environmentOf(id)]);
  const ledger = loaded.stream.state;
  const base = await baseOf(layering, id, environment, ledger);
  const schemas = ledger?.schemas ?? NO_SCHEMAS;
  const categories = environment.categories ?? [];
  const inForce = rulesInForce(schemas, base.rules, categories);
  const nearestFirst = [...ownRules(schemas), ...base.rules, ...categories];
  if (ledger === null && nearestFirst.length === 0) return { kind: 'refused', refusal: nothingThere(id) };
  const head = ledger?.head.document ?? Document.empty;
  const { document } = documentToRun(ledger, { own: head, head, base }, environment);
  const active = ledger?.active ?? null;
  const running = active && (await layering.documentOf(id, ranOf(active), active));
  const rules = nearestFirst.map((rule) => ({ ...rule, ...{ inForce: inForce.rules.includes(rule) } }));
  return {
    kind: 'found',
    standing: standingOf(id, ledger, loaded.position, around),
    rules: rules.sort((one, other) => (one.mount < other.mount ? -1 : one.mount > other.mount ? 1 : 0)),
    head: await judgementOf(tools, inForce, document, environment),
    running: running && (await judgementOf(tools, inForce, running, environment)),
  };
}

/** The newest layers; where a parent cannot be read, those that run: as a draft is judged. */
async function baseOf(layering: Layering, { service }: LedgerId, { ancestors }: EnvironmentFact, ledger: Ledger | null): Promise<Base> {
  try {
    return (await layering.newest(service, ancestors)).base;
  } catch (error) {
    if (!isStreamFault(error)) throw error;
    return layering.base(ledger?.active?.layered?.layers ?? []);
  }
}

const NO_SCHEMAS: Schemas = new Map();

async function judgementOf(
  { judge }: ReadRulesTools,
  { rules }: RulesInForce,
  document: Document,
  { policy, abstract }: EnvironmentFact,
): Promise<Judgement> {
  const unknown = policy.unknownSections === 'refused' ? unknownSections(document, rules) : [];
  if (rules.length === 0) return { violations: unknown, unjudged: [] };
  const judged = { rules, document, isAbstract: abstract, hasReferences: false };
  const { violations, unjudged } = judge.judgeNow(judged) ?? (await judge.judge(judged));
  return { violations: [...unknown, ...violations], unjudged };
}

function nothingThere({ text }: LedgerId) {
  const remedy = 'Check service and environment, or mount a schema with PUT …/schema, which makes the ledger';
  return refuse('LEDGER_UNKNOWN' as const, null, `There is no ledger ${text}, and nothing that would be judged there`, remedy);
}
