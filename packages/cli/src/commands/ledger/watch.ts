// watch: follows what is active, and prints each activation with what it changed, until Ctrl-C.
import { ApiError, ForeignAnswer, NoAnswer } from '@confledger/client';
import { overlaps } from '@confledger/document/json-and-paths';
import { Interrupted } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import { changeLines, instant } from '../../output/values.js';
import type { LedgerName, Session } from '../../session.js';
import { FeedReading, type SeenActivation } from './feed-reading.js';
import { eventsOf } from './server-sent-events.js';

/** Pause before a broken stream is asked for again, in milliseconds. */
const RETRY_MS = 1_000;

export async function run(session: Session, given: Given): Promise<void> {
  const ledger = await session.ledger();
  const [path] = given.positionals;
  const reading = new FeedReading();
  for (;;) {
    try {
      await follow(session, ledger, { reading, path });
    } catch (error) {
      if (session.io.signal.aborted) throw new Interrupted();
      if (!isPassing(error) || !reading.isConnected) throw error;
      session.say(`The stream broke off: ${error instanceof Error ? error.message : ''}. Connecting again.`);
    }
    await pause(session);
  }
}

interface Watched {
  readonly reading: FeedReading;
  readonly path: string | undefined;
}

async function follow(session: Session, { environment, service }: LedgerName, { reading, path }: Watched): Promise<void> {
  const headers = { 'x-feed-document': '1' as const, ...(reading.lastId === null ? {} : { 'last-event-id': reading.lastId }) };
  const { stream } = await (await session.client).feed({ query: { environment, service }, headers });
  reading.isConnected = true;
  for await (const event of eventsOf(stream)) {
    const seen = reading.take(event);
    if (seen !== null) report(session, { environment, service }, seen, path);
    if (event.event === 'synchronized' && reading.isEmpty) session.say(`${environment}.${service} runs nothing yet; waiting.`);
  }
}

function report(session: Session, { environment, service }: LedgerName, seen: SeenActivation, path: string | undefined): void {
  const changes = seen.changes.filter((change) => path === undefined || overlaps(path, change.path));
  if (!seen.isFirst && path !== undefined && changes.length === 0) return;
  const { version, activation, activatedAt, isFirst } = seen;
  if (session.form !== 'table') {
    session.print(
      `${JSON.stringify({ environment, service, version, activation, activatedAt, first: isFirst, changes: isFirst ? [] : changes })}\n`,
    );
    return;
  }
  const head = `${instant(activatedAt)}  ${session.paint('bold', `${environment}.${service}`)}  version ${version}, activation ${activation}${isFirst ? ' is active' : ''}`;
  session.print(`${[head, ...(isFirst ? [] : changeLines(changes, session.paint, { isCut: session.io.out.isTTY }))].join('\n')}\n`);
}

/** Whether the stream is worth asking for again. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 503 || error.status === 429;
  return error instanceof NoAnswer || (error instanceof ForeignAnswer && error.status >= 502);
}

async function pause({ io }: Session): Promise<void> {
  const { setTimeout: delay } = await import('node:timers/promises');
  await delay(RETRY_MS, undefined, { signal: io.signal }).catch(() => {
    throw new Interrupted();
  });
}
