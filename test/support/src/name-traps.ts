// Texts that make JSON.parse read later names wrongly: the fault of V8 12.8 to 14.6 that nodejs/node#63785 describes. A spec sets such a
// trap and shows that a reader does not fall into it. Where V8 is mended, a trap has no effect.

/** A reader that falls into the trap takes `name` for `poison`. JSON writes both with a backslash. */
export interface NameTrap {
  readonly poison: string;
  readonly name: string;
}

const trap = (poison: string, name: string): NameTrap => ({ poison, name });

/** The first characters of each name, as JSON writes them, are those of its poison, as it is read. */
export const NAME_TRAPS: readonly NameTrap[] = [
  ...['"', '\n', '\t', '\u0001'].map((name) => trap('\\', name)),
  ...['\\a', '\\"', '\\é', '\\\n'].map((name) => trap('\\\\', name)),
  ...['"\\', '""', '"a'].map((name) => trap('\\"', name)),
];

/**
 * Numbers of members that stand before the name: in objects that documents fill by name, and in objects that they lay out first. Not three:
 * an object of four members begins as `{}` does, and whoever fills one by these names gives V8 a second continuation.
 */
export const MEMBERS_BEFORE = [1, 5, 20] as const;

/** Every trap behind every number of members, as the rows of a table of tests. */
export const NAME_TRAP_CASES: readonly (readonly [name: string, before: number, trap: NameTrap])[] = NAME_TRAPS.flatMap((each) =>
  MEMBERS_BEFORE.map((before) => [JSON.stringify(each.name), before, each] as const),
);

/** V8 forgets a continuation together with the last object that has it. */
const poisoned: unknown[] = [];

/**
 * Sets the trap, and gives the object that is caught in it once it is read from JSON: `before` members, then `name`. V8 falls into it only
 * where it knows one continuation, so the names before it are ones that nothing has used.
 */
export function setNameTrap({ poison, name }: NameTrap, before: number): Readonly<Record<string, number>> {
  const set = poisoned.length;
  const first = Array.from({ length: before }, (_, index) => `!${set}-${String(index).padStart(2, '0')}`);
  poisoned.push(JSON.parse(`{${[...first, poison].map((each) => `${JSON.stringify(each)}:0`).join(',')}}`));
  return Object.fromEntries([...first, name].map((each, index) => [each, index]));
}
