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

/** The members that are named, and those of the type. */
export function policyOf(type: EnvironmentType, named: Partial<EnvironmentPolicy> = {}): EnvironmentPolicy {
  const { unknownSections, reasonRequired, writes, inherited } = { ...POLICY_OF_TYPE[type], ...named };
  return { unknownSections, reasonRequired, writes, inherited };
}
