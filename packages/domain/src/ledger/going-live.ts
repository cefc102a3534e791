// Whether and on what a change goes live.
import type { Asked } from './asked.js';
import { draftBase, keptBasis, type Basis } from './bases.js';
import type { Guards } from './commands.js';
import type { EnvironmentFact } from './environment.js';
import { activateOf } from './guards.js';
import type { Base } from './layers.js';
import type { Ledger } from './state.js';

/** Whether and on what a change goes live. */
export interface GoingLive {
  readonly environment: EnvironmentFact;
  readonly activate: NonNullable<Guards['activate']>;
  /** It was asked for, and is not only what the environment does. */
  readonly isAsked: boolean;
  /** What is taken live is laid over this; null where nothing goes live. */
  readonly basis: Basis | null;
  /** What a draft is judged over. */
  readonly base: Base;
}

/** Undefined while something must be loaded. A write takes live what it wrote and nothing else: it keeps the layers. */
export function goingLive(ledger: Ledger | null, asked: Asked): GoingLive | undefined {
  const { environment } = asked;
  const { guards } = asked.context;
  const activate = activateOf(guards, environment);
  if (activate === false) {
    const base = draftBase(ledger, environment, asked);
    return environment && base && { environment, activate, isAsked: false, basis: null, base };
  }
  asked.askStatement();
  const basis = keptBasis(ledger, environment, asked);
  if (environment === undefined || basis === undefined || asked.isWaiting) return undefined;
  return { environment, activate, isAsked: guards.activate !== undefined, basis, base: basis.base };
}
