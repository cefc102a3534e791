// A log as the core writes it: several ledgers in every kind of event, under real keys, in a sealed installation.
import {
  createLedgers,
  ensureInstallation,
  type EventStore,
  type LedgersCore,
  type LedgersOptions,
  type Seals,
} from '@confledger/application';
import { ledgerAggregate, statementOf, type Command, type Guards, type LedgerId } from '@confledger/domain';
import { SigningKey } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';

/** The streams of the ledgers. Those with an odd number sign statements of form 2. */
export const STREAMS = [
  'config-production.engine-0',
  'config-production.engine-1',
  'config-production.engine-2',
  'config-production.engine-3',
  'config-production.engine-4',
] as const;

const EVENTS_A_LEDGER = 200;
/** Time between two commands. */
const STEP_MS = 1_000;
const FIRST_INSTANT_MS = Date.UTC(2026, 0, 5, 9);

export const ids = { next: () => randomUUID() };

/** Keys that count what they are used for. */
export class CountingKeys extends SigningKey {
  signatures = 0;
  override sign(statement: Uint8Array): string {
    this.signatures += 1;
    return super.sign(statement);
  }
}

export interface HonestLog {
  readonly keys: CountingKeys;
  readonly seals: Seals;
  /** When the last command was carried out; ms since the epoch. */
  readonly endMs: number;
}

/** Writes the log into an empty store, the ledgers' events in turns. */
export async function writeHonestLog(
  store: EventStore,
  eventsALedger = EVENTS_A_LEDGER,
  streams: readonly string[] = STREAMS,
): Promise<HonestLog> {
  const keys = new CountingKeys();
  const ledgers = streams.map(idOf);
  let now = FIRST_INSTANT_MS;
  const clock = { now: () => now };
  const seals = await ensureInstallation({ store, signer: keys, ids, clock });
  const core = createLedgers({ store, signer: keys, seals, ids, clock, statementFor: async (id) => statementOf(formOf(id)) });
  const written = new Map<LedgerId, number>();
  for (let turn = 0; ledgers.some((id) => (written.get(id) ?? 0) < eventsALedger); turn += 1) {
    for (const id of ledgers) {
      if ((written.get(id) ?? 0) >= eventsALedger) continue;
      now += STEP_MS;
      written.set(id, await carryOut(core, id, turn));
    }
  }
  return { keys, seals, endMs: now };
}

const formOf = ({ service }: LedgerId): 1 | 2 => (Number(service.at(-1)) % 2 === 0 ? 1 : 2);

/** One command of the story. Answers how many events the ledger has. */
async function carryOut(core: LedgersCore, id: LedgerId, turn: number): Promise<number> {
  const { command, guards = {} } = commandOf(turn);
  const outcome = await core.execute(id, command, {
    actor: { id: `user-${turn % 3}`, method: 'token', roles: ['operator', 'writer'] },
    reason: turn % 2 === 0 ? `reason ${turn}` : null,
    idempotencyKey: `key-${turn}`,
    request: JSON.stringify([command, guards, turn]),
    correlationId: `request-${turn}`,
    ...(turn % 4 === 0 && { causationId: `cause-${turn}`, traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` }),
    guards,
  });
  if (outcome.kind === 'refused') throw new Error(`${command.type} was refused: ${JSON.stringify(outcome.refusal)}`);
  const read = await core.read(id, { consistency: 'local' });
  return read.kind === 'found' ? read.revision + 1 : 0;
}

function commandOf(turn: number): { readonly command: Command; readonly guards?: Guards } {
  if (turn === 0) return { command: { type: 'Create', configuration: { risk: { limit: 1, mode: 'open' }, hosts: ['a', 'b'], spare: 0 } } };
  switch (turn % 8) {
    case 1:
      return { command: { type: 'Activate', version: 'latest' } };
    case 2:
      return { command: { type: 'Merge', patch: { risk: { limit: turn }, spare: turn, [`key-${turn}`]: { a: turn, b: 'text' } } } };
    case 3:
      return { command: { type: 'Tag', version: 'latest', tag: `tag-${turn}`, move: false } };
    case 4:
      return { command: { type: 'Set', path: 'risk.mode', value: `mode ${turn}` }, guards: { activate: 'all' } };
    case 5:
      return { command: { type: 'Delete', path: `key-${turn - 3}` } };
    case 6:
      return { command: { type: 'Untag', version: `tag-${turn - 3}`, tag: `tag-${turn - 3}` } };
    case 7:
      return { command: { type: 'Rollback', version: 'active' } };
    default:
      return { command: { type: 'Set', path: 'risk.limit', value: 1_000 + turn } };
  }
}

/** Another process of the installation, which knows nothing yet. */
export function freshCore(store: EventStore, { keys, seals, endMs }: HonestLog, options: Partial<LedgersOptions> = {}): LedgersCore {
  return createLedgers({ store, signer: keys, seals, ids, clock: { now: () => endMs + 3_600_000 }, ...options });
}

/** Throws a TypeError for a stream of another kind. */
export function idOf(stream: string): LedgerId {
  const id = ledgerAggregate.idOf(stream);
  if (id === null) throw new TypeError(`${stream} is not the stream of a ledger`);
  return id;
}
