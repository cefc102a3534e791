// What decisions on environments need to know of nodes and of other apis.
import type { ApiHeartbeats, EnvironmentsOptions } from '@confledger/application';
import { olderApisIn } from '../runtime/features.js';
import type { StatementChoice } from './statement-choice.js';

export interface EnvironmentFactsOptions {
  readonly statements: Pick<StatementChoice, 'rule' | 'nodesWithoutForm2'>;
  readonly heartbeats: Pick<ApiHeartbeats, 'list'>;
  /** Whether no api without a heartbeat can exist: `CONFLEDGER_FEATURES=environments` says so, or this process is the only one. */
  readonly unseenApisRuledOut: boolean;
}

/** Both reject while node reports and heartbeats cannot be read: nothing is accepted then. */
export function environmentFacts(options: EnvironmentFactsOptions): Pick<EnvironmentsOptions, 'oldNodes' | 'olderApis'> {
  const { statements, heartbeats, unseenApisRuledOut: unseenRuledOut } = options;
  return {
    async oldNodes(environment) {
      if (statements.rule === 'forced') return [];
      const nodes = await statements.nodesWithoutForm2({ environment });
      return nodes.map(({ name, service }) => `${name} (${environment}.${service})`);
    },
    async olderApis() {
      return { seen: await olderApisIn(heartbeats), unseenRuledOut };
    },
  };
}
