// The row of a parked stream of which more is folded: moved on, or taken away.
import type { ResumedStream } from '@confledger/application';
import type pg from 'pg';

/**
 * Moves the row of a parked stream on, or takes it away, and removes the rows of the events that are folded now. False when the stream is
 * not parked at that revision: then nothing was written.
 */
export async function resumeStream(
  client: pg.ClientBase,
  schema: string,
  { stream, revision, events, next }: ResumedStream,
): Promise<boolean> {
  const table = `${schema}.parked_streams`;
  const { rowCount } =
    next === null
      ? await client.query(`DELETE FROM ${table} WHERE stream = $1 AND revision = $2`, [stream, revision])
      : await client.query(`UPDATE ${table} SET revision = $3, position = $4, type = $5, reason = $6 WHERE stream = $1 AND revision = $2`, [
          stream,
          revision,
          next.revision,
          next.position,
          next.type,
          next.reason,
        ]);
  if (rowCount !== 1) return false;
  if (next === null) await client.query(`DELETE FROM ${schema}.parked WHERE stream = $1`, [stream]);
  else await client.query(`DELETE FROM ${schema}.parked WHERE position = ANY($1)`, [events]);
  return true;
}
