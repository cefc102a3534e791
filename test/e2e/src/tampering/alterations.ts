// Everything that somebody without the keys can do to the events of a ledger, as a list: each single member of each type of event, removals,
// insertions, exchanges, at the beginning, in the middle and at the end, with and without hashes computed anew.
import type { StoredEvent } from '@confledger/application';
import { canonicalJson, parseJsonText, type JsonObject, type JsonValue } from '@confledger/document';
import { changed, metadataOf, rehashed, relinked, withMetadata } from './liar.js';

export type Events = readonly StoredEvent[];

export interface Alteration {
  readonly name: string;
  readonly altered: Events;
  /** It changes nothing that a read of the newest goes by: that is served as it was, and older versions too or not at all. */
  readonly isHarmless?: boolean;
}

/** All of them, of the events of one ledger. `neighbour`: the events of another, of which some may be taken. */
export function alterationsOf(events: Events, neighbour: Events): readonly Alteration[] {
  return [...membersOfData(events), ...membersOfMetadata(events), ...columns(events), ...structures(events, neighbour)];
}

/** Beginning, middle and end of what there is. */
function places<T>(of: readonly T[]): readonly T[] {
  return [...new Set([of.at(0), of.at(Math.floor(of.length / 2)), of.at(-1)])].filter((each) => each !== undefined);
}

const indices = (events: Events): readonly number[] => places(events.map((_, index) => index));

function membersOfData(events: Events): Alteration[] {
  const found: Alteration[] = [];
  const kinds = new Map<string, number[]>();
  for (const [index, event] of events.entries()) {
    const kind = `${event.type} ${Object.keys(dataOf(event)).join()}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), index]);
  }
  for (const of of kinds.values()) {
    for (const index of places(of)) {
      const data = dataOf(events[index]);
      for (const [name, value] of Object.entries(data)) {
        const altered = changed(events, index, (event) => ({ ...event, data: canonicalJson({ ...data, [name]: another(value) }) }));
        const withMacs = index === of[Math.floor(of.length / 2)];
        found.push(...inEachMode(`data.${name} of ${events[index]?.type} ${index}`, altered, { index, withMacs }));
      }
    }
  }
  return found;
}

function membersOfMetadata(events: Events): Alteration[] {
  return indices(events).flatMap((index) => {
    const { actor, changeSet, hash, mac, occurredAt, ...metadata } = metadataOf(events[index]);
    const members: readonly (readonly [name: string, members: object])[] = [
      ['actor.id', { actor: { ...actor, id: 'mallory' } }],
      ['actor.method', { actor: { ...actor, method: 'forged' } }],
      ['actor.roles', { actor: { ...actor, roles: ['admin'] } }],
      ['changeSet.id', { changeSet: { ...changeSet, id: 'another' } }],
      ['changeSet.index', { changeSet: { ...changeSet, index: changeSet.index + 1 } }],
      ['changeSet.size', { changeSet: { ...changeSet, size: changeSet.size + 1 } }],
      ['occurredAt, later', { occurredAt: '2099-01-01T00:00:00.000Z' }],
      ['occurredAt, earlier', { occurredAt: '2001-01-01T00:00:00.000Z' }],
      ['schemaVersion, known', { schemaVersion: metadata.schemaVersion === 1 ? 2 : 1 }],
      ['schemaVersion, unknown', { schemaVersion: 99 }],
      ['facts', { facts: { 'config-production.engine-9': 7 } }],
      ...(['reason', 'commandId', 'fingerprint', 'correlationId', 'causationId', 'traceparent'] as const).map(
        (name) => [name, { [name]: another(metadata[name]) }] as const,
      ),
    ];
    const isLast = index === events.length - 1;
    // The mac of a later change set covers this one all the same.
    const isCovered = !isLast && mac !== undefined;
    return [
      ...members.flatMap(([name, other]) => {
        const withMacs = name === 'actor.id';
        const modes = inEachMode(`metadata.${name} of ${index}`, withMetadata(events, index, other), { index, withMacs });
        // A newest change set that is made to look open is one that was cut off.
        return isLast && name === 'changeSet.size' ? modes.slice(0, 1) : modes;
      }),
      ...previousHash(events, index),
      { name: `metadata.hash of ${index}`, altered: withMetadata(events, index, { hash: '0'.repeat(64) }) },
      { name: `metadata.mac of ${index}, another`, altered: withMetadata(events, index, { mac: 'f'.repeat(64) }), isHarmless: !isLast },
      {
        name: `metadata.mac of ${index}, taken off`,
        altered: withMetadata(events, index, { mac: undefined }),
        isHarmless: !isLast && !isCovered,
      },
    ];
  });
}

/** Here computing the hashes anew leaves the wrong link as it is. */
function previousHash(events: Events, index: number): Alteration[] {
  const altered = withMetadata(events, index, { previousHash: '0'.repeat(64) });
  const anew = relinked(changed(altered, index, rehashed), index + 1);
  const name = `metadata.previousHash of ${index}`;
  return [
    { name: `${name}, as it stands`, altered },
    { name: `${name}, with hashes computed anew`, altered: anew },
  ];
}

function columns(events: Events): Alteration[] {
  return indices(events).flatMap((index) => {
    const isDeletion = events[index]?.type === 'ConfigDeleted';
    const isLast = index === events.length - 1;
    const others: readonly (readonly [name: string, change: (event: StoredEvent) => StoredEvent])[] = [
      ['type', (event) => ({ ...event, type: isDeletion ? 'ConfigSet' : 'ConfigDeleted' })],
      ['type, unknown', (event) => ({ ...event, type: 'ConfigForged' })],
      // To move the last event elsewhere is to cut the newest change set off.
      ...(isLast ? [] : [['stream', (event: StoredEvent) => ({ ...event, stream: 'config-production.engine-9' })] as const]),
      ['revision', (event) => ({ ...event, revision: events.length + 5 })],
    ];
    return [
      { name: `id of ${index}`, altered: changed(events, index, (event) => ({ ...event, id: '01234567-89ab-8def-8123-456789abcdef' })) },
      ...others.flatMap(([name, change]) => [
        { name: `${name} of ${index}, as it stands`, altered: changed(events, index, change) },
        {
          name: `${name} of ${index}, with its hash computed anew`,
          altered: changed(events, index, (event) => rehashed(change(event))),
        },
      ]),
    ];
  });
}

function structures(events: Events, neighbour: Events): Alteration[] {
  const removals = indices(events).flatMap((index) => {
    if (index === events.length - 1) return [];
    const left = events.filter((_, at) => at !== index);
    return [
      { name: `removal of ${index}, leaving a gap`, altered: left },
      { name: `removal of ${index}, with hashes computed anew`, altered: relinked(left, index) },
    ];
  });
  const insertions = [...indices(events), events.length].flatMap((index) =>
    insertionsAt(events, index, neighbour).map(([name, event]) => {
      const longer = [...events.slice(0, index), event, ...events.slice(index)];
      return { name: `${name} at ${index}`, altered: relinked(longer, index) };
    }),
  );
  const swaps = indices(events).flatMap((at) => {
    const index = Math.min(at, events.length - 2);
    const swapped = events.map((event, place) => (place === index ? events[index + 1] : place === index + 1 ? events[index] : event));
    const there = swapped.filter((event) => event !== undefined);
    return [
      { name: `swap of ${index}, as they stand`, altered: there.map((event, revision) => ({ ...event, revision })) },
      { name: `swap of ${index}, with hashes computed anew`, altered: relinked(there, index) },
    ];
  });
  return [...removals, ...insertions, ...swaps];
}

function insertionsAt(events: Events, index: number, neighbour: Events): readonly (readonly [name: string, event: StoredEvent])[] {
  const model = events.find((event) => event.type === 'ConfigSet' && metadataOf(event).changeSet.size === 1) ?? events[0];
  const own = events[Math.min(index, events.length - 1)];
  const foreign = neighbour[Math.min(index, neighbour.length - 1)];
  if (model === undefined || own === undefined || foreign === undefined) throw new TypeError('There are no events.');
  const forged = { ...model, data: canonicalJson({ path: 'risk.limit', value: 1_000_000 }) };
  const alone = { changeSet: { id: 'forged', index: 0, size: 1 } };
  const [withMac] = withMetadata([forged], 0, alone);
  const [withoutMac] = withMetadata([forged], 0, { ...alone, mac: undefined });
  return [
    ['insertion of a change with the mac of another', withMac ?? forged],
    ['insertion of a change without a mac', withoutMac ?? forged],
    ['insertion of the event that stands there', own],
    ['insertion of an event of another ledger', { ...foreign, stream: own.stream }],
  ];
}

/** As it stands; with hashes computed anew, and macs left, taken off, or those of other change sets. */
function inEachMode(
  name: string,
  altered: Events,
  { index, withMacs }: { readonly index: number; readonly withMacs: boolean },
): Alteration[] {
  const modes = [
    { name: `${name}, as it stands`, altered },
    { name: `${name}, with hashes computed anew`, altered: relinked(altered, index) },
  ];
  if (!withMacs) return modes;
  const macs = altered.flatMap((event) => metadataOf(event).mac ?? []);
  const others = relinked(altered, index, { macOf: (event, at) => metadataOf(event).mac && macs[at % macs.length] });
  return [
    ...modes,
    { name: `${name}, with hashes computed anew and no macs`, altered: relinked(altered, index, { macOf: () => undefined }) },
    { name: `${name}, with hashes computed anew and the macs of others`, altered: others },
  ];
}

function dataOf(event: StoredEvent | undefined): JsonObject {
  return event === undefined ? {} : (parseJsonText(event.data) as JsonObject);
}

/** Another value of the same type, so that it is not refused for its form. */
function another(value: JsonValue | undefined): JsonValue {
  if (value === null || value === undefined) return 'forged';
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'object') return Array.isArray(value) ? [...value, 'forged'] : { forged: 1 };
  return /^[0-9a-f]{64}$/.test(value) ? 'ab'.repeat(32) : `${value}x`;
}
