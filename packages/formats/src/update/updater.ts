// One round of edits that bring a text closer to a value. Each place is edited as little as it can be; where its own edit is not possible,
// what lies around it is written anew.
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import { valueOf, type ArraySource, type ObjectSource, type SourceNode } from '../source-node.js';
import { NoSuchEdit, type Edit } from './edits.js';
import { reshapeFlow, type FlowSyntax } from './flow.js';
import { arrayReshaping, objectReshaping, type Reshaping, type Slot } from './slots.js';
import { addElements, removalOf, reshapeTable, type TablePlace } from './toml-tables.js';
import { replaceBlock, replaceInBlock, reshapeBlock } from './yaml-blocks.js';

/** `own`: everything but aliases. `aliases`: aliases of another value than is wanted. `allAliases`: each is written out. `members`: members of the root, whole. */
export type RoundKind = 'own' | 'aliases' | 'allAliases' | 'members';

/** What a round of edits starts from. */
export interface Round {
  readonly text: string;
  readonly root: ObjectSource;
  readonly wanted: JsonObject;
  readonly syntax: FlowSyntax;
  readonly kind: RoundKind;
}

/** The edits of a round. Throws NoSuchEdit where not even the root can be edited. */
export function editsOf(round: Round): readonly Edit[] {
  const updater = new Updater(round);
  updater.root();
  return updater.edits;
}

class Updater {
  edits: Edit[] = [];
  private readonly given: Round;
  private readonly values = new Map<SourceNode, JsonValue>();

  constructor(round: Round) {
    this.given = round;
  }

  root(): void {
    const { root, wanted, text, syntax } = this.given;
    const place = { path: [], isNamed: true };
    this.inside(root, wanted, place, () => {
      // To write the whole text anew is the caller's decision, unless nothing of it stays.
      if (root.style === 'tables' || reshapingOf(root, wanted).kept.length > 0) throw new NoSuchEdit();
      return root.style === 'block'
        ? replaceBlock(text, root, wanted)
        : [{ start: root.start, end: root.end, text: syntax.value(wanted, '') }];
    });
  }

  /** Edits what is inside of a container, or else the whole. */
  private inside(node: ArraySource | ObjectSource, wanted: JsonValue, place: TablePlace, whole: () => Edit[]): void {
    const before = this.edits;
    this.edits = [];
    try {
      this.reshape(node, wanted, place);
      this.edits = [...before, ...this.edits];
    } catch (error) {
      if (!(error instanceof NoSuchEdit)) throw error;
      this.edits = [...before, ...whole()];
    }
  }

  private reshape(node: ArraySource | ObjectSource, wanted: JsonValue, place: TablePlace): void {
    const change = reshapingOf(node, wanted);
    const isReshaped = change.removed.size > 0 || change.added.length > 0;
    const edits =
      isReshaped && this.given.kind !== 'aliases' && this.given.kind !== 'allAliases' ? this.reshaping(node, change, place) : [];
    // What is added to an inner container stands before what is added to this one at the same offset.
    for (const [slot, value] of change.kept) this.slot(node, slot, value, place);
    this.edits.push(...edits);
  }

  private reshaping(node: ArraySource | ObjectSource, change: Reshaping, place: TablePlace): Edit[] {
    const { text, syntax } = this.given;
    if (node.style === 'flow') return reshapeFlow(text, node, change, syntax);
    if (node.style === 'block') return reshapeBlock(text, change);
    if (node.kind === 'object') return reshapeTable(text, node, change, place);
    const elements = change.added.map(({ value }) => value).filter((value) => isJsonObject(value));
    if (elements.length < change.added.length || change.removed.size === change.slots.length) throw new NoSuchEdit();
    return [...[...change.removed].flatMap((index) => removalOf(text, change.slots[index])), ...addElements(text, elements, place)];
  }

  private slot(parent: ArraySource | ObjectSource, slot: Slot, wanted: JsonValue, place: TablePlace): void {
    const { node } = slot;
    const { kind } = this.given;
    if (node.kind === 'alias') return this.alias(parent, slot, wanted);
    if (kind !== 'allAliases' && equalJson(valueOf(node, this.values), wanted)) return;
    const whole = (): Edit[] => this.replaced(parent, slot, wanted);
    const canGoInside = node.kind !== 'scalar' && isSameKind(node, wanted) && kind !== 'members';
    if (canGoInside) this.inside(node, wanted, placeBelow(place, slot), whole);
    else if (kind !== 'aliases' && kind !== 'allAliases') this.edits.push(...whole());
  }

  private alias(parent: ArraySource | ObjectSource, slot: Slot, wanted: JsonValue): void {
    const { kind } = this.given;
    if (kind === 'own') return;
    if (kind === 'allAliases' || !equalJson(valueOf(slot.node, this.values), wanted))
      this.edits.push(...this.replaced(parent, slot, wanted));
  }

  private replaced(parent: ArraySource | ObjectSource, slot: Slot, wanted: JsonValue): Edit[] {
    const { text, syntax } = this.given;
    const { node } = slot;
    if (parent.style === 'block') return replaceInBlock(text, slot, wanted);
    // A table that becomes something else is removed; the next round adds what takes its place.
    if (node.kind !== 'alias' && node.kind !== 'scalar' && node.style === 'tables') return removalOf(text, slot);
    return [{ start: node.start, end: node.end, text: syntax.value(wanted, null) }];
  }
}

function reshapingOf(node: ArraySource | ObjectSource, wanted: JsonValue): Reshaping {
  if (node.kind === 'object' && isJsonObject(wanted)) return objectReshaping(node, wanted);
  const change = node.kind === 'array' && Array.isArray(wanted) ? arrayReshaping(node, wanted as readonly JsonValue[]) : null;
  if (change === null) throw new NoSuchEdit();
  return change;
}

function isSameKind(node: ArraySource | ObjectSource, wanted: JsonValue): boolean {
  return node.kind === 'array' ? Array.isArray(wanted) : isJsonObject(wanted);
}

/** The place of a table inside of another one; of other formats it is not looked at. */
function placeBelow(place: TablePlace, { name, node }: Slot): TablePlace {
  if (node.kind === 'alias' || node.kind === 'scalar' || node.style !== 'tables') return place;
  if (name === null) return { path: place.path, isNamed: false };
  const isDotted = node.kind === 'object' && node.table?.origin === 'dotted';
  return { path: [...place.path, name], isNamed: place.isNamed && !isDotted };
}
