// What this release supports that an older one may lack.
import type { ApiHeartbeats } from '@confledger/application';

/** Knows the environments that the log defines, and holds writes to them. */
export const ENVIRONMENTS_FEATURE = 'environments';

/**
 * What this release supports that an older one may lack, by name. A write that needs a feature of every api waits until all live ones list
 * it. A release that brings such a write adds its name here.
 */
export const FEATURES: readonly string[] = [ENVIRONMENTS_FEATURE];

/** The apis that are seen and do not know environments. Rejects while the heartbeats cannot be read. */
export async function olderApisIn(heartbeats: Pick<ApiHeartbeats, 'list'>): Promise<readonly string[]> {
  const older = (await heartbeats.list()).filter(({ features }) => !features.includes(ENVIRONMENTS_FEATURE));
  return older.map(({ id, release }) => `${id} (release ${release})`);
}
