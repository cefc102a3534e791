// What this release supports that an older one may lack.
import type { ApiHeartbeats } from '@confledger/application';

/** Knows the environments that the log defines, and holds writes to them. */
export const ENVIRONMENTS_FEATURE = 'environments';

/** Judges what is written by the schemas of the log, and by editions of the built-in ones. */
export const SCHEMAS_FEATURE = 'schemas';

/** Checks references and profiles, where the policy of an environment says so. */
export const REFERENCES_FEATURE = 'references';

/**
 * What this release supports that an older one may lack, by name. A write that needs a feature of every api waits until all live ones list
 * it. A release that brings such a write adds its name here.
 */
export const FEATURES: readonly string[] = [ENVIRONMENTS_FEATURE, SCHEMAS_FEATURE, REFERENCES_FEATURE];

/** The apis that are seen and lack a feature of this release. Rejects while the heartbeats cannot be read. */
export async function olderApisIn(heartbeats: Pick<ApiHeartbeats, 'list'>): Promise<readonly string[]> {
  const older = (await heartbeats.list()).filter(({ features }) => !FEATURES.every((feature) => features.includes(feature)));
  return older.map(({ id, release }) => `${id} (release ${release})`);
}
