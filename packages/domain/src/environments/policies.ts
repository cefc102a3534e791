// The policy of an environment: what its definition says, and for the rest what its type says.
import type { EnvironmentPolicy, EnvironmentType } from './events.js';

const ORDINARY: EnvironmentPolicy = { unknownSections: 'allowed', reasonRequired: false, writes: 'draft', inherited: 'automatic' };

/** What holds where a definition names no policy. */
export const POLICY_OF_TYPE: Readonly<Record<EnvironmentType, EnvironmentPolicy>> = {
  development: ORDINARY,
  testing: ORDINARY,
  staging: ORDINARY,
  production: { ...ORDINARY, inherited: 'explicit' },
};

/** A policy as a client names it. */
export interface NamedPolicy extends Partial<Omit<EnvironmentPolicy, 'references'>> {
  readonly references?: 'on' | 'off';
}

/**
 * The members that are named, and those of the type. Whether references are on is no matter of the type: what is not named stays as it was, so that
 * no text of before becomes a reference by another change. `before`: the policy that is replaced; null where there is none.
 */
export function policyOf(
  type: EnvironmentType,
  named: NamedPolicy,
  before: EnvironmentPolicy | null,
  first: 'on' | 'off',
): EnvironmentPolicy {
  const { unknownSections, reasonRequired, writes, inherited } = { ...POLICY_OF_TYPE[type], ...named };
  const references = named.references ?? (before === null ? first : before.references);
  return { unknownSections, reasonRequired, writes, inherited, ...(references === 'on' && { references }) };
}
