// status: the parts of the installation and how far they are.
import type { FollowerStatus, StatusAnswer } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import { printResult } from '../../output/results.js';
import { counted, oneLine } from '../../output/text.js';
import type { Session } from '../../session.js';

export async function run(session: Session, _: Given): Promise<void> {
  const { data } = await (await session.client).status();
  printResult(session, data, () => `${statusLines(session, data).join('\n')}\n`);
}

/** Also what a person has to do something about. */
export function statusLines(session: Session, data: StatusAnswer): string[] {
  const { installation, release, parts, readModel, feed, environments, apis, log, publicKey, seal } = data;
  const mark = (isGood: boolean, text: string): string => `${session.paint(isGood ? 'green' : 'red', isGood ? '✓' : '✗')} ${text}`;
  return [
    `installation  ${oneLine(installation)}, release ${oneLine(release)}`,
    `public key    ${publicKey.publicKey} (${publicKey.keyId})`,
    `environments  ${environments.join(', ')}`,
    ...parts.map(({ name, state, detail }) => mark(state === 'up', `${name}${detail === null ? '' : `: ${oneLine(detail)}`}`)),
    mark(log.state === 'held' || log.state === 'unchecked', `log ${log.state}`),
    mark(readModel.lagMs !== null, `read model ${lag(readModel)}`),
    ...(feed === null ? [] : [mark(feed.lagMs !== null, `feed ${lag(feed)}`)]),
    ...(apis === null ? [] : [mark(true, counted(apis.length, 'api'))]),
    ...(seal === null ? [mark(false, 'what is older than macs is not sealed')] : []),
    ...troubles(data).map((text) => mark(false, text)),
  ];
}

function lag({ position, lagMs }: FollowerStatus): string {
  if (position === null || lagMs === null) return 'cannot be asked';
  return lagMs === 0 ? 'has everything' : `is ${lagMs.toLocaleString('en-US')} ms behind`;
}

function troubles({ parked, parkedStreams, brokenStreams, inheritance, statements }: StatusAnswer): string[] {
  return [
    ...brokenStreams.map(({ stream, error }) => `${stream}: ${oneLine(error)}`),
    ...parkedStreams.map(({ stream, error }) => `${stream} is parked: ${oneLine(error)}`),
    ...(parked.length === 0 ? [] : [`${counted(parked.length, 'event')} parked`]),
    ...(inheritance.blocked ?? []).map(({ ledger, message }) => `${ledger} cannot follow: ${oneLine(message)}`),
    ...statements.heldBackBy.map(({ ledger, node }) => `${ledger} is held at statement 1 by ${oneLine(node)}`),
  ];
}
