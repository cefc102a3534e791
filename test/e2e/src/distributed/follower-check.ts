// Holds what a trading program ever ran against the log: activations that the log knows, whole, never back, and the newest at the end.
import type { CheckedLedger } from '../log-check.js';
import type { Follower } from './follower.js';

/** What is wrong, in words; empty when nothing is. */
export function followerProblems(follower: Pick<Follower, 'name' | 'told' | 'now'>, logged: CheckedLedger | undefined): string[] {
  const problems: string[] = [];
  let newest = -1;
  for (const { swapped, activation, version, digest, torn } of follower.told()) {
    if (torn) problems.push(`ran values of two change sets at once in activation ${activation}`);
    if (!swapped) continue;
    if (activation < newest) problems.push(`went back from activation ${newest} to ${activation}`);
    newest = activation;
    const known = logged?.activations.get(activation);
    if (known?.version !== version || known.digest !== digest)
      problems.push(`ran activation ${activation}, version ${version}, which the log does not know`);
  }
  const [now, active] = [follower.now(), logged?.active ?? null];
  if (now?.activation !== active?.activation) problems.push(`runs activation ${now?.activation}, active is ${active?.activation}`);
  return problems.map((problem) => `${follower.name} ${problem}`);
}
