// The events of a flush as the columns of a statement: arrays with one element for each event, in their order.
import type { AppendGroup } from './pending-appends.js';
import { textArray } from './text-array.js';

/** What a parameter is sent as: text, or binary. */
export type Value = string | Buffer;

/** Ids, types, data and metadata. */
export function eventColumns(groups: readonly AppendGroup[]): [ids: Value, types: Value, datas: Value, metadatas: Value] {
  const ids: string[] = [];
  const types: string[] = [];
  const datas: string[] = [];
  const metadatas: string[] = [];
  for (const { appends } of groups) {
    for (const { events } of appends) {
      for (const { id, type, data, metadata } of events) {
        ids.push(id);
        types.push(type);
        datas.push(data);
        metadatas.push(metadata);
      }
    }
  }
  return [`{${ids.join(',')}}`, textArray(types), textArray(datas), textArray(metadatas)];
}

/** Where each event will stand: the number of its group, counted from 1, its stream, its revision. */
export function placesOf(groups: readonly AppendGroup[]): { groupOf: number[]; streams: string[]; revisions: number[] } {
  const places = { groupOf: [] as number[], streams: [] as string[], revisions: [] as number[] };
  for (const [index, { stream, expectedRevision, end }] of groups.entries()) {
    for (let revision = expectedRevision + 1; revision <= end; revision += 1) {
      places.groupOf.push(index + 1);
      places.streams.push(stream);
      places.revisions.push(revision);
    }
  }
  return places;
}
