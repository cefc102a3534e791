// tag: names a version, or takes a name away.
import { usage } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import { printResult } from '../../output/results.js';
import type { Session } from '../../session.js';
import type { WriteAnswer } from '@confledger/contracts/http';
import { makeGuarded, writeHeaders } from '../../writes/guarded.js';

export async function run(session: Session, given: Given): Promise<void> {
  const ledger = await session.ledger();
  const isDeletion = given.is('delete');
  const [version = '', name] = given.positionals;
  const tag = name ?? (isDeletion ? version : undefined);
  if (tag === undefined) throw usage('`tag` needs a version and a name.', 'confledger tag latest release-1');
  const { environment, service } = ledger;
  const send = async (dryRun: boolean, reason: string | undefined): Promise<WriteAnswer> => {
    const call = { service, version, tag, query: { environment }, headers: writeHeaders() };
    const client = await session.client;
    const body = { dryRun, reason };
    const { data } = isDeletion
      ? await client.untagVersion({ ...call, body })
      : await client.tagVersion({ ...call, body: { ...body, move: given.is('move') } });
    return data;
  };
  const { answer, isDryRun } = await makeGuarded<WriteAnswer>(session, given, ledger, {
    question: `${isDeletion ? 'Delete' : 'Set'} the tag ${tag} of ${environment}.${service}?`,
    ...{ weighty: false, isShown: false },
    look: async ({ reason }) => ({ answer: await send(true, reason), guards: {} }),
    act: async ({ reason }) => send(false, reason),
  });
  const did = isDeletion ? 'is no tag any more' : `names version ${answer.version ?? 0}`;
  printResult(
    session,
    answer,
    () => `${environment}.${service}  ${answer.changed ? `${tag} ${isDryRun ? 'would be: ' : ''}${did}` : 'nothing to do'}\n`,
  );
}
