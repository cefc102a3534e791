// What an environment that follows its parents by itself does when one of them moved.
import type { Decision } from '../stream/aggregate.js';
import type { Asked } from './asked.js';
import { newestBasis } from './bases.js';
import { followsOthers, type EnvironmentFact } from './environment.js';
import type { Layered } from './events.js';
import { haveSameLayers } from './layers.js';
import type { LedgerStream, LedgerTypes } from './ledger-types.js';
import { activeLayers } from './state.js';
import { activationJudged, needsBeside } from './activation-judged.js';
import { judgementRefusal, notesOf } from './judging.js';
import { activationOf } from './statements.js';
import { contentOf } from './versions.js';

/** Who takes live what a parent activated. */
export const INHERITANCE_ACTOR_ID = 'system:inheritance';

const NOTHING = { kind: 'nothing', meant: null } as const;

/** The active version over the newest layers; nothing where the ledger is not to follow, or follows already. Never head, and never a first activation. */
export function inherited(stream: LedgerStream, asked: Asked): Decision<LedgerTypes> {
  const { id, facts } = asked.context;
  const ledger = stream.state;
  if (ledger === null || ledger.active === null || ledger.retired) return NOTHING;
  const environment = asked.get('environment', id.environment);
  if (environment !== undefined && !follows(activeLayers(ledger.active), environment)) return NOTHING;
  asked.askStatement();
  const content = contentOf({ id, ledger, revision: stream.revision }, ledger.active.version, asked);
  if (content !== undefined && 'code' in content) return asked.refused(content);
  const basis = newestBasis(ledger, environment, asked);
  const existing = { id, ledger, revision: stream.revision };
  if (content === undefined || basis === undefined || asked.isWaiting) return needsBeside(existing, asked);
  if (haveSameLayers(activeLayers(ledger.active).layers, basis.base.layers)) return NOTHING;
  const judgement = activationJudged(existing, { own: content.document, head: ledger.head.document, ...basis }, ledger.schemas, asked);
  if (judgement === undefined) return asked.needs();
  const unfit = judgementRefusal(id, judgement);
  if (unfit) return asked.refused(unfit);
  const numbers = { version: ledger.active.version, pending: ledger.pending };
  const what = { own: content.document, head: ledger.head.document, ...basis, restart: judgement.restart };
  const activation = activationOf(ledger, numbers, what, { ...asked.context, facts });
  return 'code' in activation
    ? asked.refused(activation)
    : asked.done([activation], { source: { kind: 'inheritance' }, notes: notesOf(judgement) });
}

/** What runs follows its parents: it is not pinned, and its environment inherits from the same ones as when it was taken live. */
export function follows({ pinned, definition }: Pick<Layered, 'pinned' | 'definition'>, environment: EnvironmentFact): boolean {
  if (pinned || environment.standing !== 'defined' || environment.policy.inherited !== 'automatic') return false;
  return !followsOthers(definition, environment);
}
