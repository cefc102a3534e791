// The core over any event store, with a clock and ids that a test holds in its hand. It imports the sources of application, for their
// specs.
import { createHash, createHmac } from 'node:crypto';
import {
  LedgerId,
  ledgerAggregate,
  recordEach,
  signedBy,
  type Command,
  type DraftEvent,
  type Envelope,
  type Guards,
  type LedgerEvent,
  type LedgerRefusal,
  type RecordedText,
  type StreamEnd,
} from '@confledger/domain';
import {
  createLedgers,
  type Clock,
  type CommandOutcome,
  type CommandRequest,
  type EventStore,
  type Ids,
  type Keys,
  type LedgersCore,
  type LedgersOptions,
  type ReadOutcome,
  type ReadSelector,
} from '../../../packages/application/src/index.js';

type RefusalCode = LedgerRefusal['code'];

export const NAME = LedgerId.of('production', 'trading-engine');

/** Monday 2026-01-05, 09:00 UTC. */
const FIRST_INSTANT_MS = Date.UTC(2026, 0, 5, 9);

export interface TestClock extends Clock {
  /** Moves the clock by so many milliseconds, back where they are negative. */
  advance(ms: number): void;
}

export function testClock(ms = FIRST_INSTANT_MS): TestClock {
  let now = ms;
  return { now: () => now, advance: (by) => void (now += by) };
}

/** `prefix-1`, `prefix-2`, … */
export function countingIds(prefix: string): Ids {
  let last = 0;
  return { next: () => `${prefix}-${(last += 1)}` };
}

/** Not Ed25519, but a signature that belongs to its statement alone. */
export const testSigner: Keys = {
  keyId: '0123456789abcdef',
  publicKey: 'cHVibGlj',
  sign: (statement) => createHash('sha256').update(statement).digest('base64url'),
  fingerprint: (text) => createHmac('sha256', 'fingerprints').update(text).digest('hex'),
  macKey: 'fedcba9876543210',
  mac: (bytes) => createHmac('sha256', 'macs').update(bytes).digest('hex'),
};

export interface TestRequest {
  readonly guards?: Guards;
  readonly key?: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

export type Done = Extract<CommandOutcome, { kind: 'done' }>;
export type Found = Extract<ReadOutcome, { kind: 'found' }>;

export interface TestCore {
  readonly ledgers: LedgersCore;
  execute(command: Command, request?: TestRequest): Promise<CommandOutcome>;
  /** The outcome of a command that is carried out; throws for a refusal. */
  done(command: Command, request?: TestRequest): Promise<Done>;
  /** The code of a command's refusal; throws when it is carried out. */
  refused(command: Command, request?: TestRequest): Promise<RefusalCode>;
  set(path: string, value: string | number | boolean | null, request?: TestRequest): Promise<Done>;
  read(selector?: ReadSelector): Promise<ReadOutcome>;
  /** What a read finds; throws for a refusal. */
  found(selector?: ReadSelector): Promise<Found>;
}

let cores = 0;

/** One process's core: two of them over one store are two apis. */
export function testCore(store: EventStore, options: Partial<LedgersOptions> = {}): TestCore {
  cores += 1;
  const ledgers = createLedgers({ store, clock: testClock(), ids: countingIds(`core${cores}`), signer: testSigner, ...options });
  const execute = (command: Command, request: TestRequest = {}) => ledgers.execute(NAME, command, requestOf(command, request));
  const done = async (command: Command, request?: TestRequest) => {
    const outcome = await execute(command, request);
    if (outcome.kind === 'done') return outcome;
    throw new Error(`${command.type} was refused: ${JSON.stringify(outcome.refusal)}`);
  };
  return {
    ledgers,
    execute,
    done,
    async refused(command, request) {
      const outcome = await execute(command, request);
      if (outcome.kind === 'refused') return outcome.refusal.code;
      throw new Error(`${command.type} was carried out, not refused`);
    },
    set: (path, value, request) => done({ type: 'Set', path, value }, request),
    read: (selector = {}) => ledgers.read(NAME, selector),
    async found(selector = {}) {
      const outcome = await ledgers.read(NAME, selector);
      if (outcome.kind === 'found') return outcome;
      throw new Error(`the read was refused: ${JSON.stringify(outcome.refusal)}`);
    },
  };
}

/** The envelope of a change set that somebody else writes. */
export function foreignEnvelope(more: Partial<Envelope> = {}): Envelope {
  return {
    actor: { id: 'mallory', method: 'psql', roles: [] },
    reason: null,
    commandId: 'c',
    fingerprint: 'f',
    correlationId: 'c',
    causationId: null,
    traceparent: null,
    changeSetId: 's',
    now: Date.UTC(2026, 0, 5),
    ...more,
  };
}

/** A change set as another program would record it: without a mac, unless it has a key. */
export function recordedBy(
  end: StreamEnd,
  drafts: readonly DraftEvent[],
  envelope: Envelope,
  macOf: ((hash: string) => string) | null = null,
): RecordedText<LedgerEvent>[] {
  const { schemaVersionOf } = ledgerAggregate;
  return [...recordEach(end, drafts, envelope, { finish: signedBy(() => ({ keyId: 'k', signature: 's' })), macOf, schemaVersionOf })];
}

export function requestOf(
  command: Command,
  { guards = {}, key, actor = 'alice', reason, dryRun }: TestRequest = {},
): CommandRequest<Guards> {
  return {
    actor: { id: actor, method: 'token', roles: ['writer'] },
    reason: reason ?? null,
    request: JSON.stringify([command, guards]),
    correlationId: 'request',
    guards,
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(dryRun === undefined ? {} : { dryRun }),
  };
}
