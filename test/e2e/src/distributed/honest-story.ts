// A small story of one ledger in which nothing is wrong: its log as the product writes it, what the clients were told, the topic, and what a
// trading program ran. For the spec of the checks, which changes one thing in it at a time.
import { randomUUID } from 'node:crypto';
import { createLedgers, type ActiveDocument } from '@confledger/application';
import { activationMarker } from '@confledger/contracts';
import { LedgerId, statementOf, type Command } from '@confledger/domain';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { SigningKey } from '@confledger/test-support';
import type { LogRow } from '../log-check.js';
import type { Acknowledged } from '../mixed-load.js';
import type { Told } from './follower.js';
import type { TopicRecord } from './topic-records.js';

export const SERVICE = 'trading-engine';
export const LEDGER = `production.${SERVICE}`;

export interface Story {
  /** Raw, base64url. */
  readonly publicKey: string;
  /** Revisions 0 to 3 are the first command, 4 the second, 5 and 6 the third. */
  readonly rows: readonly LogRow[];
  readonly acknowledged: readonly Acknowledged[];
  /** Two leaves, marker, beat; a removal, a leaf, marker, beat. */
  readonly topic: readonly TopicRecord[];
  readonly told: readonly Told[];
}

/** Two activations, of revisions 3 and 6, with a version between them that nobody activated alone; signed with statements of this form. */
export async function honestStory(form: 1 | 2): Promise<Story> {
  const signer = new SigningKey();
  const store = createInMemoryEventStore();
  const statementFor = () => Promise.resolve(statementOf(form));
  const core = createLedgers({ store, signer, clock: { now: () => Date.now() }, ids: { next: () => randomUUID() }, statementFor });
  const acknowledged: Acknowledged[] = [];
  const send = async (commandId: string, command: Command, activates: boolean): Promise<void> => {
    const actor = { id: 'alice', method: 'token', roles: ['writer'] };
    const guards = activates ? { activate: 'all' as const } : {};
    const request = { actor, reason: null, idempotencyKey: commandId, request: commandId, correlationId: commandId, guards };
    const outcome = await core.execute(LedgerId.of('production', SERVICE), command, request);
    if (outcome.kind !== 'done') throw new Error(`${commandId} was refused`);
    const { changed, standing } = outcome;
    acknowledged.push({ ledger: LEDGER, commandId, changed, version: standing.version, digest: standing.digest });
  };
  const active = async (): Promise<ActiveDocument> => {
    const found = await core.active(LedgerId.of('production', SERVICE));
    if (found === null) throw new Error('nothing is active');
    return found;
  };
  await send('first', { type: 'Replace', configuration: { a: 1, b: { c: 2 } } }, true);
  const [first, firstPosition] = [await active(), await store.lastPosition()];
  await send('second', { type: 'Set', path: 'b.c', value: 3 }, false);
  await send('third', { type: 'Delete', path: 'a' }, true);
  const [third, thirdPosition] = [await active(), await store.lastPosition()];
  const rows = await store.readAll({ after: 0n, limit: 100 });
  await store.close();
  const records: Pick<TopicRecord, 'key' | 'value'>[] = [
    leaf('a', 1, first),
    leaf('b.c', 2, first),
    marker(first, 2),
    beat(firstPosition),
    { key: `${LEDGER}|a`, value: null },
    leaf('b.c', 3, third),
    marker(third, 2),
    beat(thirdPosition),
  ];
  return {
    publicKey: signer.publicKey,
    rows,
    acknowledged,
    topic: records.map((record, index) => ({ ...record, partition: 0, offset: BigInt(index), epoch: 0, headers: {} })),
    told: [line(first), line(third)],
  };
}

function leaf(path: string, value: number, { version }: ActiveDocument): Pick<TopicRecord, 'key' | 'value'> {
  return { key: `${LEDGER}|${path}`, value: JSON.stringify({ value, version }) };
}

function marker(active: ActiveDocument, changes: number): Pick<TopicRecord, 'key' | 'value'> {
  return { key: `${LEDGER}|`, value: JSON.stringify(activationMarker(active, changes)) };
}

function beat(position: bigint): Pick<TopicRecord, 'key' | 'value'> {
  return {
    key: '~beat',
    value: JSON.stringify({
      installation: 'inst',
      incarnation: 'i',
      position: `inst:${position}`,
      time: new Date().toISOString(),
      partitions: 1,
    }),
  };
}

function line({ activation, version, digest }: ActiveDocument): Told {
  return { swapped: true, state: 'ready', source: 'feed', activation, version, digest, torn: false, problem: null, at: Date.now() };
}
