// Seeded random histories over a few ledgers: changes, deletes, older versions activated, alone and over layers, tags, retirements, change
// sets left open and abandoned.
import type { JsonValue } from '@confledger/document';
import { LedgerLog, type BuiltOn, type Edits } from './ledger-log.js';

const LEDGERS = ['production.trading-engine', 'production.risk-gateway', 'staging.trading-engine'];
const PATHS = [
  'risk.maxPositionSize',
  'risk.limits.daily',
  'risk.limits.hourly',
  'mev.enabled',
  'mev.tips',
  'name\\.with\\.dots.x',
  'trader.symbols',
  'note',
];
const VALUES: readonly JsonValue[] = [
  0,
  1,
  0.1,
  -7.25e-9,
  'text',
  '',
  '{}',
  true,
  false,
  null,
  [],
  [1, [2, { a: 'b' }]],
  {},
  '😀 é',
  'quote " and \\ slash',
];
const TAGS = ['stable', 'candidate', 'hotfix'];

/** Always the same history for a seed. `changeSets` are tried; those that cannot be are left out. */
export function randomLedgerLog(seed: number, changeSets: number): LedgerLog {
  const log = new LedgerLog();
  const random = randomNumbers(seed);
  for (let index = 0; index < changeSets; index += 1) step(log, random);
  return log;
}

/** Numbers from 0 up to but not including 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function step(log: LedgerLog, random: () => number): void {
  const ledger = pick(LEDGERS, random);
  const versions = log.versions(ledger);
  const kind = random();
  if (kind < 0.05) log.installation();
  else if (kind < 0.1 && log.state(ledger).state !== null) retireOrRestore(log, ledger);
  else if (kind < 0.6 || versions.length === 0) change(log, ledger, random);
  else if (kind < 0.72) log.activate(ledger, pick(versions, random));
  else if (kind < 0.85) log.activate(ledger, pick([0, ...versions], random), { on: randomLayers(random) });
  else if (kind < 0.95) log.tag(ledger, pick(versions, random), pick(TAGS, random));
  else untag(log, ledger, random);
}

function randomLayers(random: () => number): BuiltOn {
  const layer = (ledger: string) => {
    const activation = Math.floor(random() * 9);
    return { ledger, origin: `origin-of-${ledger}`, activation, version: activation, digest: `digest-${activation}` };
  };
  const layers = ['base.trading-engine', 'common.trading-engine'].filter(() => random() < 0.6).map(layer);
  const definition = random() < 0.5 ? null : Math.floor(random() * 4);
  return { layers, pinned: random() < 0.5, definition, ...(layers.length > 0 && { digest: `effective-${layers[0]?.digest ?? ''}` }) };
}

/** A fold takes what comes behind a retirement as it takes everything: whether it may come is decided before. */
function retireOrRestore(log: LedgerLog, ledger: string): void {
  if (log.state(ledger).state?.retired === true) log.restore(ledger);
  else log.retire(ledger);
}

function change(log: LedgerLog, ledger: string, random: () => number): void {
  const edits = randomEdits(log, ledger, random);
  const count = Object.keys(edits).length;
  if (count === 0) return;
  const abandoned = random() < 0.2;
  const total = count + (log.state(ledger).revision === -1 ? 1 : 0);
  if (abandoned && total > 1) log.change(ledger, edits, { keep: 1 + Math.floor(random() * (total - 1)) });
  else
    log.change(ledger, edits, {
      activate: random() < 0.3,
      actor: pick(['alice', 'bob'], random),
      reason: random() < 0.5 ? 'because' : null,
    });
}

function randomEdits(log: LedgerLog, ledger: string, random: () => number): Edits {
  const { state } = log.state(ledger);
  const edits: Record<string, JsonValue | undefined> = {};
  for (const path of PATHS) {
    if (random() < 0.6) continue;
    const isThere = state !== null && state.head.document.nodeAt(path) !== undefined;
    if (random() < 0.3) {
      if (isThere) edits[path] = undefined;
    } else edits[path] = pick(VALUES, random);
  }
  // A `{}` as a leaf, which a set below replaces without an event of its own.
  const fees = state !== null ? state.head.document.nodeAt('fees') : undefined;
  const draw = random();
  if (draw < 0.2 && fees === undefined) edits['fees'] = {};
  else if (draw < 0.4) edits['fees.base'] = pick(VALUES, random);
  else if (draw < 0.5 && fees?.kind === 'object' && fees.members.size > 0) edits['fees.base'] = undefined;
  return edits;
}

function untag(log: LedgerLog, ledger: string, random: () => number): void {
  const { state } = log.state(ledger);
  if (state === null || state.tags.size === 0) return;
  const [tag, version] = pick([...state.tags], random);
  log.untag(ledger, version, tag);
}

function pick<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}
