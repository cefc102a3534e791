// Reads one page from one server, and notices when that server has stopped answering.
import type { StoredEvent } from '@confledger/application';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { NoAnswer } from './failures.js';
import { storedEvent } from './messages.js';
import { cancel, type ReadStream, type ServerNode } from './server-node.js';
import type { StreamNames } from './stream-names.js';

export interface PageRequest {
  readonly request: streamsPb.ReadReq;
  readonly requiresLeader: boolean;
  /** Between two answers, in milliseconds. */
  readonly silenceMsMax: number;
  /**
   * A filtered page: with so many events it is over, because a server looks for one match more before it ends the page, through the rest
   * of the log if need be. It may be silent `SEARCH_PATIENCE` times as long while the server still answers questions: a server says nothing
   * on its way through events that do not match.
   */
  readonly full?: number;
}

/** See `PageRequest.full`. */
export const SEARCH_PATIENCE = 12;

/** How long a server that searches may take to say that it is alive. */
const ALIVE_TIMEOUT_MS = 1_000;

/** Rejects with `NoAnswer` when the server is silent, and as the call does. A missing stream is an empty page. */
export async function readPage(node: ServerNode, names: StreamNames, page: PageRequest): Promise<StoredEvent[]> {
  const { request, requiresLeader, silenceMsMax, full = Infinity } = page;
  const events: StoredEvent[] = [];
  const stream = node.read(request, { requiresLeader });
  const isAlive = full === Infinity ? null : () => node.capabilities(ALIVE_TIMEOUT_MS);
  await drain(stream, { silenceMsMax, isAlive }, (answer) => {
    const event = storedEvent(answer, names);
    if (event !== undefined) events.push(event);
    return events.length < full;
  });
  return events;
}

interface Patience {
  readonly silenceMsMax: number;
  /** Rejects when the server does not answer: asked after each silence, of a call that may be silent. */
  readonly isAlive: (() => Promise<void>) | null;
}

/** Reads to the end, or until `take` wants no more. What is bounded is the silence between two answers: a large page may take long. */
function drain(stream: ReadStream, { silenceMsMax, isAlive }: Patience, take: (answer: streamsPb.ReadResp) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      isOver = true;
      clearTimeout(timer);
      settle();
    };
    const giveUp = (): void => {
      if (isOver) return;
      end(() => reject(new NoAnswer(`No answer within ${silenceMsMax} ms.`)));
      cancel(stream);
    };
    let silences = 0;
    const silent = (): void => {
      silences += 1;
      if (isAlive === null || silences === SEARCH_PATIENCE) giveUp();
      else isAlive().then(() => (isOver ? undefined : timer.refresh()), giveUp);
    };
    const timer = setTimeout(silent, silenceMsMax);
    stream.on('error', (error) => end(() => reject(error)));
    stream.on('end', () => end(resolve));
    stream.on('data', (answer: streamsPb.ReadResp) => {
      if (isOver) return;
      silences = 0;
      timer.refresh();
      if (take(answer)) return;
      end(resolve);
      cancel(stream);
    });
  });
}
