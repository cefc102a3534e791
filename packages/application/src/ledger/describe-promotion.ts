// What a promotion does, and what would still differ behind it: for who looks before he promotes, and for who has.
import { Document } from '@confledger/document';
import {
  effectiveDocument,
  hiddenPaths,
  LedgerId,
  promotedDocument,
  promotionPlan,
  RESERVED_NAME,
  type Ledger,
  type PromoteCommand,
} from '@confledger/domain';
import { ranOf } from './active-document.js';
import type { EnvironmentFacts } from './ledger-facts.js';
import type { Layering } from './layering.js';
import type { PromotionDone } from './ledgers.js';
import { promotedVersion, type PromotedVersionTools } from './promoted-version.js';

export interface DescribeTools extends PromotedVersionTools {
  readonly layering: Layering;
  /** Null where no environments are kept. */
  readonly environments: EnvironmentFacts | null;
}

/** Null where the source has no such version any more. */
export async function describePromotion(
  tools: DescribeTools,
  target: LedgerId,
  { from, version: name, paths, prune }: PromoteCommand,
): Promise<PromotionDone | null> {
  const { value: source } = await promotedVersion(tools, from, name);
  const sourceId = LedgerId.parse(from);
  if (source.kind === 'refused' || sourceId === null) return null;
  const { stream } = await tools.keptOf(target).fresh();
  const head = stream.state?.head.document ?? Document.empty;
  const base = await newestBase(tools, target);
  const plan = promotionPlan({ source: source.document, head, inherited: base.without(hiddenPaths(head)), paths });
  const runs = await sourceEffective(tools, sourceId, source);
  return {
    from,
    version: source.version,
    skipped: plan.skipped,
    lacking: plan.lacking,
    hidesDiffer: source.document.digestAt([RESERVED_NAME]) !== head.digestAt([RESERVED_NAME]),
    stillDiffer: runs.diff(effectiveDocument(promotedDocument(plan, head, prune), base)),
  };
}

/** What runs where that is the version, else what it would be over the newest layers. */
async function sourceEffective(
  tools: DescribeTools,
  id: LedgerId,
  { version, document }: { readonly version: number; readonly document: Document },
): Promise<Document> {
  const ledger: Ledger | null = tools.keptOf(id).known?.stream.state ?? null;
  const active = ledger?.active ?? null;
  if (active?.version === version) return tools.layering.documentOf(id, ranOf(active), { version, document });
  return effectiveDocument(document, await newestBase(tools, id));
}

async function newestBase({ layering, environments }: DescribeTools, id: LedgerId): Promise<Document> {
  if (environments === null) return Document.empty;
  const { value } = await environments.load(id, id.environment);
  return (await layering.newest(id.service, value.ancestors)).base.document;
}
