// Sealing what is older than macs. It cannot be undone, so that a real call needs a word for it.
import { sealAgain, sealLog, type Finding, type SealOptions, type SealReport, type SealRequest } from '@confledger/application';
import type { SealAnswer, SealBody } from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Call, type Endpoint } from '../endpoint.js';
import { BODY_ERRORS } from '../errors/groups.js';
import { RequestRefused } from '../errors/request-refused.js';
import { requestText, traceparentOf } from '../request/identity.js';
import { successOf } from '../schemas/answers.js';
import { sealAnswer } from '../schemas/integrity.js';
import { noQuery, sealBody } from '../schemas/requests.js';

/** The endpoint that seals. */
export function sealEndpoints(context: ApiContext): Endpoint[] {
  return [
    endpoint(context, 'sealInstallation', {
      query: noQuery,
      body: { schema: sealBody, required: true },
      answer: successOf(sealAnswer),
      statuses: [200],
      errors: [
        ...BODY_ERRORS,
        'INSTALLATION_SEALED',
        'INSTALLATION_NOT_SEALED',
        'EVENT_STORE_UNAVAILABLE',
        'LOG_SET_BACK',
        'OUTCOME_UNKNOWN',
      ],
      handle: async (call) => {
        const { streams, dryRun = false } = call.body;
        checkConfirmed(call.body);
        const request = sealRequest(call, dryRun);
        const options = sealOptions(context);
        const outcome =
          streams === undefined ? await sealLog(options, request, context.closing) : await sealAgain(options, streams, request);
        if (outcome.kind === 'refused') throw RequestRefused.of(sealRefusal(outcome.refusal.code));
        return success(shown(outcome.report, dryRun), context.clock);
      },
    }),
  ];
}

function checkConfirmed({ confirm, dryRun = false }: SealBody): void {
  if (confirm === true || dryRun) return;
  throw RequestRefused.of('BODY_MEMBER_INVALID', {
    path: 'confirm',
    rule: 'confirmed',
    message: 'confirm must be true: what is sealed counts as it stands, and sealing cannot be undone',
    remedy: 'Send "dryRun": true first, which shows what would be sealed; then send "confirm": true.',
  });
}

function sealOptions({ eventStore: store, installationRecord: record, authority, signerPublicKey }: ApiContext): SealOptions {
  return { store, record, authority, publicKey: signerPublicKey.publicKey };
}

function sealRequest({ request, actor }: Call<'sealInstallation'>, dryRun: boolean): SealRequest {
  const traceparent = traceparentOf(request);
  return {
    actor,
    reason: 'seal',
    request: requestText(request),
    correlationId: request.id,
    ...(traceparent === undefined ? {} : { traceparent }),
    guards: null,
    dryRun,
  };
}

/** The other refusals of an installation are not for this command. */
function sealRefusal(code: string): 'INSTALLATION_SEALED' | 'INSTALLATION_NOT_SEALED' | 'INTERNAL' {
  return code === 'INSTALLATION_SEALED' || code === 'INSTALLATION_NOT_SEALED' ? code : 'INTERNAL';
}

function shown({ leftOut, ...report }: SealReport, dryRun: boolean): SealAnswer {
  return { dryRun, ...report, leftOut: leftOut.map(({ stream, revision, reason }: Finding) => ({ stream, revision, reason })) };
}
