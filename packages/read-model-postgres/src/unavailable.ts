// What a failed statement means to the caller.
import { CursorInvalid, ReadModelUnavailable } from '@confledger/application';
import { failureOf } from '@confledger/postgres';
import pg from 'pg';

/** A fault of ours (a wrong statement) stays what it is; everything else says that the read model cannot answer now. */
export function unavailable(error: unknown): unknown {
  if (error instanceof CursorInvalid || failureOf(error) === 'faulty') return error;
  return new ReadModelUnavailable('The read model does not answer.', { cause: error });
}

/** Runs a statement on a pool and answers its rows; rejects as `unavailable` says. */
export function queriesOn(pool: pg.Pool): <Row extends object>(text: string, values: unknown[]) => Promise<Row[]> {
  return async <Row extends object>(text: string, values: unknown[]) => {
    try {
      return (await pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw unavailable(error);
    }
  };
}

/** undefined_table: the tables that serve were laid out by a release that did not have it. */
export function isMissingTable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '42P01';
}

/** undefined_column: as above. */
export function isMissingColumn(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '42703';
}
