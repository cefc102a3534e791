// What a failed statement says about what happened on the server.
import pg from 'pg';

/**
 * - `rolled back`: the server answered with an error; nothing of the statement stays.
 * - `faulty`: the same, and it will be so again: the statement or its data are wrong, or the schema is not there.
 * - `unknown`: the connection broke, was ended by the server or fell silent; the statement may have been committed.
 */
export type Failure = 'rolled back' | 'faulty' | 'unknown';

/** SQLSTATE classes that no retry mends: data exception, syntax error or access rule, invalid schema, invalid catalog. */
const FAULTY_CLASSES = new Set(['22', '3D', '3F', '42']);

/** Judges what `client.query` rejected with. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return 'unknown';
  // FATAL and PANIC end the session, perhaps between the commit and its answer.
  if (error.severity !== 'ERROR') return 'unknown';
  return FAULTY_CLASSES.has(error.code.slice(0, 2)) ? 'faulty' : 'rolled back';
}
