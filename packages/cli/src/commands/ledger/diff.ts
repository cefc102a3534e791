// diff: what differs between two versions; without words what an activation would change.
import { ApiError } from '@confledger/client';
import type { DiffAnswer, DiffSide } from '@confledger/contracts/http';
import { EXIT, type ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { printItems, readPages, type Page } from '../../output/results.js';
import { counted } from '../../output/text.js';
import { changeLines } from '../../output/values.js';
import type { Session } from '../../session.js';

export async function run(session: Session, given: Given): Promise<ExitCode> {
  const { environment, service } = await session.ledger();
  const client = await session.client;
  const [from, to] = given.positionals;
  const [fromAt, toAt, layers] = [given.text('from-at'), given.text('to-at'), given.text('layers') as 'newest' | undefined];
  const read = async (start: string | undefined, page: Page): Promise<DiffAnswer> => {
    const words = { ...(start === undefined ? {} : { from: start }), ...(to === undefined ? {} : { to }) };
    const instants = { ...(fromAt === undefined ? {} : { fromAt }), ...(toAt === undefined ? {} : { toAt }) };
    return (
      await client.readDifference({
        service,
        query: { environment, ...words, ...instants, ...(layers === undefined ? {} : { layers }), ...page },
      })
    ).data;
  };
  const data = await readPages(session, given, async (page) => {
    try {
      return await read(from, page);
    } catch (error) {
      // Where nothing is active an activation would bring everything.
      if (from !== undefined || !(error instanceof ApiError) || error.code !== 'NOTHING_ACTIVE') throw error;
      return read('0', page);
    }
  });
  printItems(session, data, () => textOf(session, data));
  return given.is('exit-code') && data.changeCount > 0 ? EXIT.differences : EXIT.done;
}

function textOf(session: Session, { environment, service, from, to, changeCount, items }: DiffAnswer): string {
  const head = `${session.paint('bold', `${environment}.${service}`)}  ${sideText(from)} → ${sideText(to)}  ${changeCount === 0 ? 'no differences' : counted(changeCount, 'change')}`;
  return `${[head, ...changeLines(items, session.paint, { isCut: session.io.out.isTTY })].join('\n')}\n`;
}

function sideText({ version, activation, layers }: DiffSide): string {
  const name = version === null || version === 0 ? 'nothing' : `version ${version}`;
  const over = layers.map((layer) => ` over ${layer.ledger}@${layer.activation}`).join('');
  return `${name}${activation === null ? '' : ` (activation ${activation})`}${over}`;
}
