// Whether a command that was refused by rules would have broken one: what it would have come to is worked out again from the events alone, on
// every state that it may have been decided on.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { BatchOperation, Command, Guards } from '@confledger/domain';
import { laidOver, nested, setLeaf } from './replayed-ledger.js';
import type { EnvironmentsThen, LedgerThen, ReplayedRules, RuledRun } from './replayed-rules.js';
import { simplyJudged } from './simple-judge.js';
import { added, inForce, type MountedRule } from './simple-rules.js';

/** A command that was refused, between two positions of the log. */
export interface RefusedCommand {
  readonly ledger: string;
  readonly command: Command;
  readonly guards: Guards;
  readonly code: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** States that are tried for one refusal; where more are possible it is not known what it was decided on. */
const CANDIDATES_MAX = 2_000;

/** Codes that say that a rule is broken. */
export const RULE_REFUSALS: readonly string[] = ['VALIDATION_ERROR', 'SCHEMA_VIOLATED'];

/** Null where too many states are possible. */
export function isExplained(replayed: ReplayedRules, refused: RefusedCommand): boolean | null {
  const candidates = candidatesOf(replayed, refused);
  return candidates === null ? null : candidates.some((candidate) => wouldBreak(replayed, refused, candidate));
}

interface Candidate {
  readonly own: LedgerThen;
  readonly environments: EnvironmentsThen;
  readonly parents: ReadonlyMap<string, LedgerThen>;
}

function candidatesOf(replayed: ReplayedRules, { ledger, from, to }: RefusedCommand): Candidate[] | null {
  const service = ledger.split('.')[1] ?? '';
  const others = replayed.ledgers.filter((each) => each !== ledger && each.endsWith(`.${service}`));
  const environments = within(replayed.environments, from, to);
  let candidates: Candidate[] = environments.flatMap((each) =>
    within(replayed.states(ledger), from, to).map((own) => ({ own, environments: each, parents: new Map() })),
  );
  for (const other of others) {
    const states = within(replayed.states(other), from, to);
    if (candidates.length * states.length > CANDIDATES_MAX) return null;
    candidates = candidates.flatMap((candidate) =>
      states.map((state) => ({ ...candidate, ...{ parents: new Map([...candidate.parents, [other, state]]) } })),
    );
  }
  return candidates;
}

/** What was there at `from`, and what came up to `to`. */
function within<Then extends { readonly position: bigint }>(states: readonly Then[], from: bigint, to: bigint): readonly Then[] {
  const first = states.findLastIndex(({ position }) => position <= from);
  return states.slice(Math.max(0, first)).filter(({ position }) => position <= to);
}

/** What a command makes of a ledger: its rules, and pairs of what it is compared with and what would be. */
interface WouldBe {
  readonly rules: readonly MountedRule[];
  readonly before: JsonObject | null;
  readonly after: JsonObject;
  /** Mounts that it sets. */
  readonly mounts: readonly string[];
}

function wouldBreak(replayed: ReplayedRules, { ledger, command, guards, code }: RefusedCommand, candidate: Candidate): boolean {
  const isAbstract = candidate.environments.byName.get(ledger.split('.')[0] ?? '')?.abstract ?? false;
  const newest = replayed.newest(candidate.environments, ledger, (parent) => candidate.parents.get(parent) ?? NOTHING);
  return wouldBe({ ledger, command, guards, newest, own: candidate.own }).some(({ rules, before, after, mounts }) => {
    if (code === 'VALIDATION_ERROR') return added(rules, before, after, isAbstract).length > 0;
    const held = inForce(rules).filter(({ mount }) => mounts.includes(mount));
    const runs = candidate.own.ran.at(-1)?.effective;
    return (runs === undefined ? [after] : [after, runs]).some((document) => simplyJudged(held, document, isAbstract).length > 0);
  });
}

const NOTHING: LedgerThen = { revision: -1, position: 0n, leaves: new Map(), schemas: new Map(), ran: [] };

interface Deciding {
  readonly ledger: string;
  readonly command: Command;
  readonly guards: Guards;
  readonly own: LedgerThen;
  readonly newest: readonly RuledRun[];
}

function wouldBe(deciding: Deciding): WouldBe[] {
  const { command, own, newest } = deciding;
  const runs = own.ran.at(-1);
  switch (command.type) {
    case 'Activate': {
      const layers = command.layers === 'kept' ? (runs?.layers ?? newest) : newest;
      return [live(own, command.version === 0 ? {} : nested(own.leaves), layers)];
    }
    case 'Inherit':
      return runs === undefined ? [] : [live(own, runs.own, newest)];
    case 'Rollback':
    case 'RollbackTo':
      return targets(own, command).map((past) => rolledBack(deciding, command, past));
    default:
      return [written(deciding)];
  }
}

function live(own: LedgerThen, document: JsonObject, layers: readonly RuledRun[], schemas = own.schemas): WouldBe {
  return { rules: rulesOver(schemas, layers), before: own.ran.at(-1)?.effective ?? null, after: over(document, layers), mounts: [] };
}

type RollbackCommand = Extract<Command, { type: 'Rollback' | 'RollbackTo' }>;

/** What the word meant when the command came: activations that were inherited since move it no further. */
function targets({ ran }: LedgerThen, command: RollbackCommand): readonly RuledRun[] {
  if (command.type === 'RollbackTo') return ran.filter(({ activation }) => activation === command.activation);
  let last = ran.length - 1;
  while (last > 0 && ran[last]?.actor === 'system:inheritance') last -= 1;
  return ran.slice(Math.max(0, last - 1), -1);
}

function rolledBack({ own, newest }: Deciding, { layers, schemas }: RollbackCommand, past: RuledRun): WouldBe {
  const kept = own.ran.at(-1)?.layers ?? newest;
  const below = layers === 'kept' ? kept : layers === 'newest' ? newest : past.layers;
  return live(own, past.own, below, schemas === 'restore' ? past.schemas : own.schemas);
}

function written({ ledger, command, guards, own, newest }: Deciding): WouldBe {
  const runs = own.ran.at(-1);
  const isLive = guards.activate !== undefined && guards.activate !== false;
  const layers = isLive ? (runs?.layers ?? newest) : newest;
  const leaves = new Map(own.leaves);
  const schemas = new Map(own.schemas);
  const mounts: string[] = [];
  for (const operation of operationsOf(command)) {
    if (operation.type === 'SET') setAt(leaves, operation.key, operation.value);
    if (operation.type === 'DELETE') deleteAt(leaves, operation.key);
    if (operation.type === 'SCHEMA_REMOVE') schemas.delete(operation.mount);
    if (operation.type !== 'SCHEMA_SET') continue;
    const { mount, schema } = operation;
    schemas.set(mount, { mount, schema, ledger, revision: -1 });
    mounts.push(mount);
  }
  const before = isLive ? (runs?.effective ?? null) : over(nested(own.leaves), layers);
  return { rules: rulesOver(schemas, layers), before, after: over(nested(leaves), layers), mounts };
}

function operationsOf(command: Command): readonly BatchOperation[] {
  const id = '1';
  switch (command.type) {
    case 'Batch':
      return command.operations;
    case 'Set':
      return [{ id, type: 'SET', key: command.path, value: command.value }];
    case 'Delete':
      return [{ id, type: 'DELETE', key: command.path }];
    case 'SetSchema':
      return [{ id, type: 'SCHEMA_SET', mount: command.mount, dialect: command.dialect, schema: command.schema }];
    case 'RemoveSchema':
      return [{ id, type: 'SCHEMA_REMOVE', mount: command.mount }];
    default:
      throw new Error(`what ${command.type} comes to is not known`);
  }
}

function setAt(leaves: Map<string, JsonValue>, path: string, value: JsonValue): void {
  deleteAt(leaves, path);
  for (const leaf of leavesOf(path, value)) setLeaf(leaves, leaf);
}

function deleteAt(leaves: Map<string, JsonValue>, path: string): void {
  for (const leaf of leaves.keys()) if (leaf === path || leaf.startsWith(`${path}.`)) leaves.delete(leaf);
}

function leavesOf(path: string, value: JsonValue): { readonly path: string; readonly value: JsonValue }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(`${path}.${name}`, member));
}

const rulesOver = (schemas: ReadonlyMap<string, MountedRule>, layers: readonly RuledRun[]): readonly MountedRule[] => [
  ...schemas.values(),
  ...layers.flatMap(({ rules }) => rules),
];

const over = (own: JsonObject, layers: readonly RuledRun[]): JsonObject =>
  laidOver(
    own,
    layers.map(({ effective }) => effective),
  );
