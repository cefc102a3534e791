// Holds the topic of changes against the log: every event is there, as the log has it, and each stream's come in their order. What is there
// again is no problem: it is published at least once. Computed with nothing of the product.
import type { LogRow } from '../log-check.js';
import type { TopicRecord } from './topic-records.js';

/** What is wrong, in words; empty when nothing is. */
export function changesTopicProblems(records: readonly TopicRecord[], rows: readonly LogRow[]): string[] {
  const problems: string[] = [];
  const logged = new Map(rows.map((row) => [`${row.stream} ${row.revision}`, row]));
  const newest = new Map<string, number>();
  for (const { key: stream, headers, value } of records) {
    const revision = Number(headers['ce_revision']);
    const row = logged.get(`${stream} ${revision}`);
    if (row === undefined) problems.push(`the changes hold ${stream} ${revision}, which the log does not`);
    else if (!isOf(row, headers, value)) problems.push(`the changes hold ${stream} ${revision} otherwise than the log`);
    const before = newest.get(stream) ?? -1;
    if (revision > before + 1) problems.push(`the changes go from ${stream} ${before} to ${revision}`);
    newest.set(stream, Math.max(before, revision));
  }
  for (const [stream, revision] of newestOf(rows)) {
    if (newest.get(stream) !== revision) problems.push(`the changes end at ${stream} ${newest.get(stream)}, the log at ${revision}`);
  }
  return problems;
}

function isOf(row: LogRow, headers: TopicRecord['headers'], value: string | null): boolean {
  const { id, type, stream, position, data, metadata } = row;
  return (
    headers['ce_id'] === id &&
    headers['ce_type'] === `com.confledger.${type}` &&
    headers['ce_subject'] === stream &&
    headers['ce_position']?.endsWith(`:${position}`) === true &&
    value === `{"data":${data},"metadata":${metadata}}`
  );
}

function newestOf(rows: readonly LogRow[]): Map<string, number> {
  return new Map(rows.map(({ stream, revision }) => [stream, Number(revision)]));
}
