// What promoting a version of one ledger into another does: its own leaves are set there, and nothing is deleted unless that is asked for.
import { comparePaths, differencesToChanges, Document, overlaps, parsePath, type Difference, type JsonValue } from '@confledger/document';
import type { Decision } from '../stream/aggregate.js';
import { refusalOf, refuse, refuseWith } from '../stream/refusals.js';
import { needsBeside } from './activation-judged.js';
import type { Asked } from './asked.js';
import { newestBasis } from './bases.js';
import type { LedgerRefusal } from './commands.js';
import { changed } from './edit-decisions.js';
import { goingLive } from './going-live.js';
import type { LedgerStream, LedgerTypes } from './ledger-types.js';
import { promotedKey, type PromoteCommand } from './promoted-version.js';
import { hiddenPaths, RESERVED_NAME, withoutReserved } from './reserved.js';

/** Paths that one promotion may name. */
export const PROMOTED_PATHS_MAX = 1_000;

/** What a promotion looks at. */
export interface Promotion {
  /** The own document of the source at the version. */
  readonly source: Document;
  /** The own document of the target before it. */
  readonly head: Document;
  /** What the target inherits, without what it hides. */
  readonly inherited: Document;
  /** What is promoted: leaves or whole subtrees; null: everything. */
  readonly paths: readonly string[] | null;
}

/** What a promotion finds. */
export interface PromotionPlan {
  /** What is set, leaf by leaf. */
  readonly selection: Document;
  /** Leaves of the source that the target inherits with the same value: they are not set. */
  readonly skipped: readonly PromotedLeaf[];
  /** Own leaves of the target that the source lacks: deleted with `prune`. */
  readonly lacking: readonly PromotedLeaf[];
}

export interface PromotedLeaf {
  readonly path: string;
  readonly value: JsonValue;
}

/** What would be set, skipped and pruned. */
export function promotionPlan({ source, head, inherited, paths }: Promotion): PromotionPlan {
  const isChosen = chosenBy(paths);
  const own = withoutReserved(source);
  const leaves = [...own.leaves()].filter(({ path }) => isChosen(path));
  const skipped = leaves.filter(
    ({ path }) => head.nodeAt(path) === undefined && isSameLeaf(own, inherited, path) && isReachable(head, path),
  );
  const isSkipped = new Set(skipped.map(({ path }) => path));
  const selection = Document.empty.apply(leaves.filter(({ path }) => !isSkipped.has(path)).map(({ path, value }) => ({ path, value })));
  const lacking = [...withoutReserved(head).leaves()].filter(({ path }) => isChosen(path) && !isLeaf(own, path));
  return { selection, skipped: skipped.map(pathAndValue), lacking: lacking.map(pathAndValue) };
}

/** The own document of the target behind it. */
export function promotedDocument({ selection, lacking }: PromotionPlan, head: Document, prune: boolean): Document {
  return selection.over(prune ? head.without(lacking.map(({ path }) => path)) : head);
}

const pathAndValue = ({ path, value }: PromotedLeaf): PromotedLeaf => ({ path, value });

/** No own leaf of the target stands above the path, which would hide what is inherited. */
const isReachable = (head: Document, path: string): boolean => head.blockedBy(path) === undefined && !isEmptyObjectAbove(head, path);

function isEmptyObjectAbove(head: Document, path: string): boolean {
  const parsed = parsePath(path);
  if (!parsed.ok) return false;
  return parsed.value.some((_, depth) => {
    const node = depth === 0 ? undefined : head.nodeAt(parsed.value.slice(0, depth));
    return node?.kind === 'object' && node.members.size === 0;
  });
}

function isSameLeaf(one: Document, other: Document, path: string): boolean {
  return isLeaf(other, path) && one.digestAt(path) === other.digestAt(path);
}

function isLeaf(document: Document, path: string): boolean {
  const node = document.nodeAt(path);
  return node !== undefined && (node.kind === 'leaf' || node.members.size === 0);
}

/** Whether a path lies at or below one of those that were named. */
function chosenBy(paths: readonly string[] | null): (path: string) => boolean {
  if (paths === null) return () => true;
  return (path) => paths.some((named) => path === named || path.startsWith(`${named}.`));
}

export function promoted(stream: LedgerStream, command: PromoteCommand, asked: Asked): Decision<LedgerTypes> {
  const { id } = asked.context;
  const ledger = stream.state;
  const unfit = command.from === id.text ? sameLedger(id.text) : pathsRefusal(command.paths);
  if (unfit) return asked.refused(unfit);
  const source = asked.get('promoted', promotedKey(command));
  const inherits = newestBasis(ledger, asked.environment, asked);
  const going = goingLive(ledger, asked);
  if (source === undefined || inherits === undefined || going === undefined || asked.isWaiting)
    return needsBeside(ledger && { id, ledger, revision: stream.revision }, asked);
  if (source.kind === 'refused') return asked.refused(source.refusal);
  const head = ledger?.head.document ?? Document.empty;
  const { paths } = command;
  const plan = promotionPlan({ source: source.document, head, inherited: inherits.base.document.without(hiddenPaths(head)), paths });
  const differences = differencesOfPlan(plan, head, command);
  if ('code' in differences) return asked.refused(differences);
  const from = { kind: 'promotion', ledger: command.from, version: source.version } as const;
  return changed({ stream, id, going, differences, source: from }, asked);
}

/** What setting the selection makes of head, with what the source lacks taken away first where that is asked for. */
function differencesOfPlan(
  plan: PromotionPlan,
  head: Document,
  { prune, paths, from }: PromoteCommand,
): readonly Difference[] | LedgerRefusal {
  const { selection, skipped } = plan;
  const isThere = (named: string) =>
    selection.nodeAt(named) !== undefined || head.nodeAt(named) !== undefined || skipped.some(({ path }) => chosenBy([named])(path));
  const missing = (paths ?? []).find((path) => !isThere(path));
  if (missing !== undefined)
    return refuse('KEY_NOT_FOUND', missing, `There is nothing at ${missing} in ${from} or here`, 'Check the spelling of the path');
  const differences = head.diff(promotedDocument(plan, head, prune));
  const gone = prune ? [] : differencesToChanges(differences).filter((change) => !('value' in change));
  return gone.length === 0 ? differences : wouldDelete(gone.map(({ path }) => path));
}

function wouldDelete(paths: readonly string[]): LedgerRefusal {
  const remedy = 'Send prune: true to replace them, or leave these paths out';
  const details = [...paths]
    .sort(comparePaths)
    .slice(0, NAMED_MAX)
    .map((path) => ({
      path,
      rule: 'promotion-deletes',
      message: `${path} would be deleted: the source has a value above or below it`,
      remedy,
    }));
  return refuseWith(
    'PROMOTION_WOULD_DELETE',
    `The promotion would delete ${paths.length === 1 ? 'an own leaf that stands' : `${paths.length} own leaves that stand`} in its way`,
    details,
  );
}

/** Paths that a refusal names. */
const NAMED_MAX = 20;

function sameLedger(name: string): LedgerRefusal {
  return refuse('PROMOTION_SAME_LEDGER', 'from', `${name} cannot be promoted into itself`, 'Name another environment in from');
}

function pathsRefusal(paths: readonly string[] | null): LedgerRefusal | null {
  for (const path of paths ?? []) {
    const parsed = parsePath(path);
    if (!parsed.ok) return refusalOf(parsed.problem);
    if (parsed.value[0] === RESERVED_NAME)
      return refuse('NAME_RESERVED', path, `${RESERVED_NAME} is never promoted`, 'Set what the target hides in the target');
    const other = paths?.find((each) => each !== path && overlaps(each, path));
    if (other !== undefined)
      return refuse('BATCH_OVERLAPPING_KEYS', path, `${path} and ${other} overlap: one of them is enough`, 'Leave the lower one out');
  }
  return null;
}
