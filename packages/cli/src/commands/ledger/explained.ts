// Reads where values come from, of the version that the flags select.
import type { ExplainAnswer } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import type { Session } from '../../session.js';
import { selectionOf } from './selection.js';

export async function explained(session: Session, given: Given): Promise<ExplainAnswer> {
  const { environment, service } = await session.ledger();
  const [path] = given.positionals;
  const activation = given.number('activation');
  const query = {
    ...{ environment, ...selectionOf(given) },
    ...(path === undefined ? {} : { path }),
    ...(activation === undefined ? {} : { activation }),
  };
  return (await (await session.client).explainConfiguration({ service, query })).data;
}
