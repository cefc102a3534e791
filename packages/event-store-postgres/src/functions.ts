// The way in that always answers: the functions of the schema, which wait for their turn and say for each stream where it ended before.
import type pg from 'pg';
import { eventColumns, placesOf } from './flush-columns.js';
import type { AppendGroup } from './pending-appends.js';

/** What became of one group of a flush. */
export interface GroupAnswer {
  readonly group: AppendGroup;
  /** Where its stream ended before: it was written when that is what it expected. */
  readonly head: number;
  /** The position before its first event. Its events follow without gap, and then those of the next group that was written. */
  readonly before: bigint;
}

/** What became of a flush. */
export interface FlushAnswer {
  /** Where the log ended before. */
  readonly before: bigint;
  /** Where it ends now. */
  readonly end: bigint;
  readonly groups: readonly GroupAnswer[];
}

interface Row {
  readonly before: string;
  readonly heads: readonly string[];
}

/** Appends groups by the functions of a schema (quoted), on the connection that it is handed. Rejects with what pg rejects with. */
export function createFunctions(schema: string, wakesOthers: boolean) {
  const many = `SELECT before, heads FROM ${schema}.append($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
  const one = `SELECT before, ARRAY[head] AS heads FROM ${schema}.append_stream($1, $2, $3, $4, $5, $6, $7)`;
  return async (client: pg.Client, groups: readonly AppendGroup[]): Promise<FlushAnswer> => {
    const [group] = groups;
    const query =
      group !== undefined && groups.length === 1
        ? { name: 'append-stream', text: one, values: [group.stream, group.expectedRevision, ...eventColumns(groups), wakesOthers] }
        : { name: 'append', text: many, values: [...flushValues(groups), wakesOthers] };
    const { rows } = await client.query<Row>(query);
    return answerOf(groups, rows[0]);
  };
}

/** The answer to a flush whose groups were all written behind position `before`. */
export function allWritten(groups: readonly AppendGroup[], before: bigint): FlushAnswer {
  return answersBehind(before, groups, (group) => group.expectedRevision);
}

function answerOf(groups: readonly AppendGroup[], row: Row | undefined): FlushAnswer {
  return answersBehind(BigInt(row?.before ?? 0), groups, (_, index) => {
    const head = row?.heads[index];
    if (head === undefined) throw new Error('The append function did not answer for every group.');
    return Number(head);
  });
}

function answersBehind(before: bigint, groups: readonly AppendGroup[], headOf: (group: AppendGroup, index: number) => number): FlushAnswer {
  let end = before;
  const answers = groups.map((group, index) => {
    const answer = { group, head: headOf(group, index), before: end };
    if (answer.head === group.expectedRevision) end += BigInt(group.end - group.expectedRevision);
    return answer;
  });
  return { before, end, groups: answers };
}

function flushValues(groups: readonly AppendGroup[]): unknown[] {
  const { groupOf, revisions } = placesOf(groups);
  return [groups.map((group) => group.stream), groups.map((group) => group.expectedRevision), groupOf, revisions, ...eventColumns(groups)];
}
