// The stream of the installation itself, altered: no api starts on it, and none takes another key or another seal from it.
import {
  ensureInstallation,
  InstallationKeyMismatch,
  isStreamFault,
  SealLost,
  type KeptSeal,
  type StoredEvent,
} from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { INSTALLATION_STREAM } from '@confledger/domain';
import { beforeAll, describe, expect, test } from 'vitest';
import { alterationsOf } from './alterations.js';
import { AlteredLog } from './altered-log.js';
import { ids, STREAMS, writeHonestLog, type HonestLog } from './honest-log.js';
import { placed, relinked, withMetadata } from './liar.js';

const clock = { now: () => Date.UTC(2026, 5, 1) };

let honest: HonestLog;
let events: readonly StoredEvent[];
let kept: KeptSeal;

beforeAll(async () => {
  const store = createInMemoryEventStore();
  honest = await writeHonestLog(store, 10, [STREAMS[0]]);
  const seals = await ensureInstallation({ store, signer: honest.keys, ids, clock, onSeal: (seal) => void (kept = seal) });
  const request = { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, request: 'seal', correlationId: 'c', guards: null };
  const [end] = await store.readStream(STREAMS[0], { from: 9, limit: 1 });
  await seals.sealStreams({ ends: [[STREAMS[0], 9, JSON.parse(end?.metadata ?? '').hash as string]], again: true }, request);
  events = await store.readStream(INSTALLATION_STREAM, { limit: 100 });
});

/** How a start on these events ends. */
async function startOn(altered: readonly StoredEvent[], keptSeal: KeptSeal | null): Promise<string> {
  const log = new AlteredLog(placed(altered, events, 100n));
  try {
    await ensureInstallation({ store: log.store, signer: honest.keys, ids, clock, keptSeal });
    return 'started';
  } catch (error) {
    if (isStreamFault(error) || error instanceof InstallationKeyMismatch || error instanceof SealLost) return 'refused';
    // It wanted to make what it did not find.
    if (log.appends > 0) return 'made anew';
    throw error;
  }
}

describe('An api that has seen the seal', () => {
  test('starts on the stream as it was recorded', async () => {
    expect(events.length).toBe(4);
    expect(await startOn(events, kept)).toBe('started');
  });

  test('starts on none in which any single thing was altered', async () => {
    const problems: string[] = [];
    for (const { name, altered } of alterationsOf(events, events)) {
      // The mac of the newest change set covers all before it, whatever became of theirs.
      const isCovered = /^metadata\.mac of [0-2],/.test(name);
      if (!isCovered && (await startOn(altered, kept)) === 'started') problems.push(name);
    }
    expect(problems).toEqual([]);
  });

  test('starts on none from which the seal was cut, or that was made to look like one of before macs', async () => {
    expect(await startOn(events.slice(0, 3), kept)).toBe('refused');
    const [older = events[0]] = withMetadata(events.slice(0, 1), 0, { changeSet: { id: 'alone', index: 0, size: 1 } });
    if (older === undefined) throw new Error('nothing was recorded');
    // It would name its key anew, and lose the seal: the stream takes no append here.
    expect(await startOn(relinked([older], 0), kept)).not.toBe('started');
  });
});
