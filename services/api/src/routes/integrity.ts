// Whether the log is what was recorded: one event as it is stored, and the verification of all.
import { Readable } from 'node:stream';
import { formatPosition, parsePosition, verifyLog } from '@confledger/application';
import type { VerificationLine } from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import { everyInterval, PROGRESS_INTERVAL_MS, verificationLine as lineOf } from '../answers/verification.js';
import type { ApiContext } from '../context.js';
import { onceGone } from '../edge/gone.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { isFault, refusalFor } from '../errors/failure.js';
import { RequestRefused } from '../errors/request-refused.js';
import { logFault } from '../runtime/request-log.js';
import { successOf } from '../schemas/answers.js';
import { storedEventAnswer, verificationLine } from '../schemas/integrity.js';
import { noQuery } from '../schemas/requests.js';

const LINES_TYPE = 'application/x-ndjson; charset=utf-8';

/** The endpoints about the integrity of the log. */
export function integrityEndpoints(context: ApiContext): Endpoint[] {
  return [readEvent(context), verify(context)];
}

function readEvent(context: ApiContext): Endpoint {
  return endpoint(context, 'readEvent', {
    query: noQuery,
    body: null,
    answer: successOf(storedEventAnswer),
    statuses: [200],
    errors: ['POSITION_MALFORMED', 'POSITION_OF_ANOTHER_INSTALLATION', 'EVENT_UNKNOWN', 'EVENT_STORE_UNAVAILABLE', 'LOG_SET_BACK'],
    handle: async ({ parameters }) => {
      const { installation, eventStore, clock } = context;
      const parsed = parsePosition(installation, parameters.position);
      if (!parsed.ok)
        throw RequestRefused.of(parsed.why === 'malformed' ? 'POSITION_MALFORMED' : 'POSITION_OF_ANOTHER_INSTALLATION', {
          path: 'position',
        });
      const event = await eventStore.readAt(parsed.position);
      if (event === null) throw RequestRefused.of('EVENT_UNKNOWN', { path: 'position' });
      const { id, stream, revision, type, data, metadata } = event;
      return success({ position: formatPosition(installation, event.position), id, stream, revision, type, data, metadata }, clock);
    },
  });
}

function verify(context: ApiContext): Endpoint {
  const slot = new Slot();
  return endpoint(context, 'verify', {
    query: noQuery,
    body: null,
    answer: verificationLine,
    statuses: [200],
    errors: ['VERIFICATION_UNDER_WAY', 'EVENT_STORE_UNAVAILABLE', 'LOG_SET_BACK'],
    handle: async ({ request, reply }) => {
      const release = slot.take();
      try {
        // A store that is away is answered by its status.
        await context.eventStore.lastPosition();
      } catch (error) {
        release();
        throw error;
      }
      const left = new AbortController();
      onceGone(reply.raw, () => left.abort());
      const ending = AbortSignal.any([left.signal, context.closing]);
      const lines = Readable.from(linesOf(context, ending, release, (error) => logFault(context.logger, request, error)));
      // Fastify ends the stream when the client leaves, perhaps before it began.
      lines.once('close', release);
      // An api that closes waits for its connections: this one ends with its answer.
      reply.type(LINES_TYPE).headers({ 'cache-control': 'no-store', connection: 'close' }).send(lines);
      return 'sent';
    },
  });
}

/** One verification at a time. */
class Slot {
  #holder: object | null = null;

  /** Answers what gives it back. Throws when it is taken. */
  take(): () => void {
    if (this.#holder !== null) throw RequestRefused.of('VERIFICATION_UNDER_WAY');
    const holder = {};
    this.#holder = holder;
    return () => {
      if (this.#holder === holder) this.#holder = null;
    };
  }
}

/** What cannot go on says so in its last line. When the api closes there is no last line, as when the connection breaks. */
async function* linesOf(
  context: ApiContext,
  ending: AbortSignal,
  release: () => void,
  onFault: (error: unknown) => void,
): AsyncGenerator<string> {
  const { installation, eventStore: store, authority, signerPublicKey } = context;
  const isShown = everyInterval(PROGRESS_INTERVAL_MS);
  const text = (line: VerificationLine): string => `${JSON.stringify(line)}\n`;
  try {
    for await (const event of verifyLog({ store, authority, publicKey: signerPublicKey.publicKey })) {
      if (ending.aborted) return;
      if (isShown(event)) yield text(lineOf(event, installation));
    }
  } catch (error) {
    const refused = refusalFor(error);
    if (isFault(refused)) onFault(error);
    yield text({ kind: 'failed', code: refused.code, error: refused.message });
  } finally {
    release();
  }
}
