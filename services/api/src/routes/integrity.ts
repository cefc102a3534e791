// Whether the log is what was recorded: one event as it is stored, and the verification of all.
import { formatPosition, parsePosition, verifyLog } from '@confledger/application';
import type { VerificationLine } from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import { endingOf, sendLines } from '../answers/lines.js';
import { everyInterval, PROGRESS_INTERVAL_MS, verificationLine as lineOf } from '../answers/verification.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { RequestRefused } from '../errors/request-refused.js';
import { successOf } from '../schemas/answers.js';
import { storedEventAnswer, verificationLine } from '../schemas/integrity.js';
import { noQuery } from '../schemas/requests.js';

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
    handle: async (call) => {
      const release = slot.take();
      try {
        // A store that is away is answered by its status.
        await context.eventStore.lastPosition();
      } catch (error) {
        release();
        throw error;
      }
      const ending = endingOf(context, call);
      return sendLines(context, call, verified(context, ending), { ending, onClose: release });
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

/** The whole log, with progress now and then: most of what is read has no line. */
async function* verified(context: ApiContext, ending: AbortSignal): AsyncGenerator<VerificationLine> {
  const { installation, eventStore: store, authority, signerPublicKey } = context;
  const isShown = everyInterval(PROGRESS_INTERVAL_MS);
  for await (const event of verifyLog({ store, authority, publicKey: signerPublicKey.publicKey })) {
    if (ending.aborted) return;
    if (isShown(event)) yield lineOf(event, installation);
  }
}
