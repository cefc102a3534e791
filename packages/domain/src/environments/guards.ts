// What a client said it saw of an environment, against what is there.
import { refuse } from '../stream/refusals.js';
import type { EnvironmentGuards, EnvironmentsRefusal } from './commands.js';
import type { Environment } from './state.js';

/** A retired environment exists: its entity tag is the revision of its retirement. */
export function environmentGuardRefusal(
  name: string,
  environment: Environment | null,
  { ifMatch: seen, ifNoneMatch }: EnvironmentGuards,
): EnvironmentsRefusal | null {
  const tag = environment?.revision ?? null;
  if (ifNoneMatch !== undefined && tag !== null) {
    const message = `${name} exists already (entity tag "${tag}")`;
    return refuse('IF_NONE_MATCH_FAILED', null, message, 'Leave If-None-Match out to change what is there');
  }
  if (seen === undefined || (tag !== null && (seen === '*' || seen === tag))) return null;
  const now = tag === null ? 'it does not exist' : `it is at "${tag}"`;
  return refuse(
    'IF_MATCH_FAILED',
    null,
    `If-Match says ${seen === '*' ? '*' : `"${seen}"`} for ${name}, but ${now}`,
    'Read it again, look at what changed since, and repeat the request with the new entity tag',
  );
}
