// The members of an object or the elements of an array, alike, in the order in which they stand.
import { equalJson, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import { valueOf, type ArraySource, type Member, type ObjectSource, type SourceNode } from '../source-node.js';

/** A member or an element. */
export interface Slot {
  /** Of a member. */
  readonly member?: Member;
  readonly name: string | null;
  /** Where the name of a member begins, or an element. */
  readonly start: number;
  readonly node: SourceNode;
}

/** What is to stand in a new slot; an element has no name. */
export interface Added {
  readonly name: string | null;
  readonly value: JsonValue;
}

/** How a container is to change. What neither is removed nor changed stays. */
export interface Reshaping {
  readonly slots: readonly Slot[];
  /** Indexes of slots. */
  readonly removed: ReadonlySet<number>;
  /** Behind all others. */
  readonly added: readonly Added[];
  /** Slots that stay, with what is to stand there. */
  readonly kept: readonly (readonly [Slot, JsonValue])[];
}

/** The slots of a container, in the order of the text. */
export function slotsOf(container: ArraySource | ObjectSource): readonly Slot[] {
  if (container.kind === 'array') return container.items.map((node) => ({ name: null, start: node.start, node }));
  return [...container.members].map(([name, member]) => ({ member, name, start: member.nameStart, node: member.node }));
}

/** What makes an object another one. */
export function objectReshaping(source: ObjectSource, wanted: JsonObject): Reshaping {
  const removed = new Set<number>();
  const kept: [Slot, JsonValue][] = [];
  const slots = slotsOf(source);
  for (const [index, name] of [...source.members.keys()].entries()) {
    const slot = slots[index];
    const value = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    if (value === undefined || slot === undefined) removed.add(index);
    else kept.push([slot, value]);
  }
  const added = Object.entries(wanted).flatMap(([name, value]) => (source.members.has(name) ? [] : [{ name, value }]));
  return { slots, removed, added, kept };
}

/**
 * What makes an array another one. Elements that are equal at both ends stay; between them, elements are changed in their order, and the
 * rest is removed or added. Null where elements would have to be added before others: then the array is written anew.
 */
export function arrayReshaping(source: ArraySource, wanted: readonly JsonValue[]): Reshaping | null {
  const slots = slotsOf(source);
  const equalAt = (index: number, other: number): boolean => {
    const [slot, value] = [slots[index], wanted[other]];
    return slot !== undefined && value !== undefined && equalJson(valueOf(slot.node), value);
  };
  const shorter = Math.min(slots.length, wanted.length);
  let first = 0;
  while (first < shorter && equalAt(first, first)) first++;
  let last = 0;
  while (last < shorter - first && equalAt(slots.length - 1 - last, wanted.length - 1 - last)) last++;
  const changed = shorter - first - last;
  const removed = new Set<number>();
  for (let index = first + changed; index < slots.length - last; index++) removed.add(index);
  const added = wanted.slice(first + changed, wanted.length - last).map((value) => ({ name: null, value }));
  if (added.length > 0 && last > 0) return null;
  const kept = slots.slice(0, first + changed).map((slot, index) => [slot, wanted[index] ?? null] as const);
  return { slots, removed, added, kept };
}
