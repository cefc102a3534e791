// What the status says of statements: how many ledgers have form 2, and which nodes hold it back.
import type { NodeReport } from '@confledger/application';
import type { StatementsStatus } from '@confledger/contracts/http';
import { LedgerId } from '@confledger/domain';
import type { ApiContext } from '../context.js';
import type { StatementRule } from '../ledger/statement-choice.js';

/** Nodes that the status names. */
const NODES_NAMED_MAX = 50;
/** Ledgers that are asked which form they have. */
const LEDGERS_ASKED_MAX = 50;

type Sources = Pick<ApiContext, 'statements' | 'readModel' | 'ledgers'>;

/** `isUp` says which parts answer: those that do not are not asked. */
export async function statementsStatus(
  context: Sources,
  isUp: { readonly readModel: boolean; readonly eventStore: boolean },
): Promise<{ readonly status: StatementsStatus; readonly isCut: boolean }> {
  const { statements, readModel } = context;
  const { rule } = statements;
  if (!isUp.readModel) return { status: { ledgers: null, heldBackBy: [], detail: withoutReadModel(rule) }, isCut: false };
  const [counted, without] = await Promise.all([readModel.activeStatements(), statements.nodesWithoutForm2()]);
  const ledgers = { activeCount: counted.active, statement2Count: counted.withStatement2 };
  const holding = rule === 'forced' ? [] : await holdingBack(context, without, isUp.eventStore);
  const named = holding.slice(0, NODES_NAMED_MAX).map((node) => ({ ledger: ledgerOf(node).text, node: node.name, sdk: node.sdk }));
  const detail = inSentences(rule, ledgers, { holding: holding.length, without: without.length });
  return { status: { ledgers, heldBackBy: named, detail }, isCut: named.length < holding.length };
}

/** A ledger that has form 2 keeps it: its nodes hold nothing back. */
async function holdingBack({ ledgers }: Sources, nodes: readonly NodeReport[], isLogUp: boolean): Promise<readonly NodeReport[]> {
  if (!isLogUp) return nodes;
  const asked = new Map(nodes.map((node) => [ledgerOf(node).text, ledgerOf(node)]));
  const hasForm2 = new Set<string>();
  const ask = async (ledger: LedgerId): Promise<void> => {
    const active = await ledgers.activation(ledger).catch(() => null);
    if (active?.kind === 'active' && active.statement >= 2) hasForm2.add(ledger.text);
  };
  await Promise.all([...asked.values()].slice(0, LEDGERS_ASKED_MAX).map(ask));
  return nodes.filter((node) => !hasForm2.has(ledgerOf(node).text));
}

function inSentences(
  rule: StatementRule,
  { activeCount, statement2Count }: NonNullable<StatementsStatus['ledgers']>,
  nodes: { readonly holding: number; readonly without: number },
): string {
  const count = `Ledgers whose active version has statement 2: ${statement2Count} of ${activeCount}.`;
  const blind = nodes.without - nodes.holding;
  const cannot =
    blind === 0
      ? ''
      : ` ${nodesOf(blind)} cannot verify statement 2, which ${blind === 1 ? 'its ledger has' : 'their ledgers have'}: update them.`;
  return `${count} ${ruleOf(rule, nodes.holding)}${cannot}`;
}

function ruleOf(rule: StatementRule, holding: number): string {
  if (rule === 'forced') return 'CONFLEDGER_STATEMENTS=2 is set: every activation is signed with statement 2.';
  if (rule === 'unsealed') return UNSEALED;
  if (holding === 0) return 'No live node holds statement 2 back.';
  return `${nodesOf(holding)} cannot verify statement 2, and ${holding === 1 ? 'keeps its ledger' : 'keep their ledgers'} at statement 1: update them. A node that has not reported for 2 minutes holds nothing back.`;
}

function withoutReadModel(rule: StatementRule): string {
  if (rule === 'nodes') return 'The read model is away, so nodes cannot be looked up: only ledgers that have statement 2 keep it.';
  return ruleOf(rule, 0);
}

const UNSEALED = 'The log is not sealed: only ledgers that have statement 2 keep it.';

const nodesOf = (count: number): string => `${count} live node${count === 1 ? '' : 's'}`;

const ledgerOf = ({ environment, service }: NodeReport): LedgerId => LedgerId.of(environment, service);
