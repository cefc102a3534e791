// What the reports of nodes say about one activation.
import type { NodeItem } from '@confledger/contracts/http';
import { oneLine } from '../../output/text.js';

/** A node that has reported within this time is live. */
export const LIVE_MS_MAX = 120_000;

export interface Judged {
  /** Names of the nodes that count. */
  readonly all: readonly string[];
  readonly applied: readonly string[];
  readonly waiting: readonly string[];
  readonly refusals: readonly { readonly name: string; readonly reasons: readonly string[] }[];
}

export interface Judging {
  readonly activation: number;
  readonly version: number;
  readonly answeredAt: string;
}

/**
 * Nodes that were live when the activation was answered, and those that reported since. One that closes leaves. `seen` keeps those that
 * counted once, so that one that falls silent is waited for.
 */
export function judgeNodes(nodes: readonly NodeItem[], goal: Judging, seen: Map<string, NodeItem>): Judged {
  const since = Date.parse(goal.answeredAt);
  for (const node of nodes) {
    if (node.state === 'closed') seen.delete(node.name);
    else if (seen.has(node.name) || Date.parse(node.reportedAt) > since - LIVE_MS_MAX) seen.set(node.name, node);
  }
  const counting = [...seen.values()];
  const isApplied = ({ running }: NodeItem): boolean => running !== null && running.activation >= goal.activation;
  const refusals = counting.filter((node) => !isApplied(node) && refuses(node, goal, since));
  const named = (list: readonly NodeItem[]): string[] => list.map(({ name }) => name).sort();
  return {
    all: named(counting),
    applied: named(counting.filter(isApplied)),
    waiting: named(counting.filter((node) => !isApplied(node) && !refusals.includes(node))),
    refusals: refusals.map(({ name, rejected }) => ({
      name,
      reasons: (rejected?.problems ?? []).map(({ path, message }) => oneLine(`${path ?? ''} ${message}`)),
    })),
  };
}

/** A report of before the activation is about an earlier one of the same version. */
function refuses({ rejected, reportedAt }: NodeItem, { version }: Judging, since: number): boolean {
  return rejected !== null && rejected.version === version && Date.parse(reportedAt) >= since;
}
