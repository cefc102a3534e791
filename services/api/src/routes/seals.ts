// Sealing what is older than macs. It cannot be undone, so that a real call needs a word for it.
import {
  SEAL_NAMED_MAX,
  sealLog,
  sealSeen,
  showSealable,
  type Finding,
  type SealOptions,
  type SealOutcome,
  type SealReport,
  type SealRequest,
} from '@confledger/application';
import { ERROR_CATALOGUE, type SealAnswer, type SealBody } from '@confledger/contracts/http';
import type { SealedEnd } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import { cutMembers } from '../answers/truncated.js';
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
        'SEAL_OUTDATED',
        'EVENT_STORE_UNAVAILABLE',
        'LOG_SET_BACK',
        'OUTCOME_UNKNOWN',
      ],
      handle: async (call) => {
        checkConfirmed(call.body);
        const outcome = await run(context, call);
        if (outcome.kind === 'changed') throw outdated(outcome.streams);
        if (outcome.kind === 'refused') throw RequestRefused.of(sealRefusal(outcome.refusal.code));
        return success(shown(outcome.report, call.body.dryRun ?? false), context.clock);
      },
    }),
  ];
}

function run(context: ApiContext, call: Call<'sealInstallation'>): Promise<SealOutcome> {
  const { streams, ends, dryRun = false } = call.body;
  const options = sealOptions(context);
  const request = sealRequest(call, dryRun);
  if (streams !== undefined) return showSealable(options, streams, request);
  if (ends === undefined) return sealLog(options, request, context.closing);
  return sealSeen(
    options,
    ends.map(({ stream, revision, hash }): SealedEnd => [stream, revision, hash]),
    request,
  );
}

/** A real call about single streams carries what a dry run showed of them, so that nothing is sealed that nobody saw. */
function checkConfirmed({ confirm, streams, ends, dryRun = false }: SealBody): void {
  if (dryRun && ends !== undefined) throw invalid('ends', 'dry-run', 'The ends are for a real call', 'Name the streams by "streams".');
  if (dryRun) return;
  if (confirm !== true)
    throw invalid(
      'confirm',
      'confirmed',
      'The member confirm must be true: what is sealed counts as it stands, and sealing cannot be undone',
      'Send "dryRun": true first, which shows what would be sealed; then send "confirm": true.',
    );
  if (streams !== undefined)
    throw invalid(
      'streams',
      'seen',
      'Streams are for a dry run: what is sealed anew must be named by the ends that it showed',
      'Send "streams" with "dryRun": true, look at its eventsWithoutMac, then send "confirm": true with the "ends" of its answer.',
    );
}

function invalid(path: keyof SealBody, rule: string, message: string, remedy: string): RequestRefused {
  return RequestRefused.of('BODY_MEMBER_INVALID', { path, rule, message, remedy });
}

function outdated(streams: readonly Finding[]): RequestRefused {
  const { meaning, remedy } = ERROR_CATALOGUE.SEAL_OUTDATED;
  const details = streams.map(({ stream, reason }) => ({ path: 'ends', rule: 'seal-outdated', message: `${stream}: ${reason}`, remedy }));
  return new RequestRefused('SEAL_OUTDATED', meaning, details);
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

function shown(report: SealReport, dryRun: boolean): SealAnswer {
  const { leftOutCount, streamsWithoutMac, withoutMac, withoutMacCount } = report;
  const leftOut = report.leftOut.map(({ stream, revision, reason }: Finding) => ({ stream, revision, error: reason }));
  return {
    dryRun,
    streamCount: report.streams,
    ends: report.ends.map(([stream, revision, hash]) => ({ stream, revision, hash })),
    leftOut,
    leftOutCount,
    changeSets: report.changeSets,
    streamsWithoutMac: streamsWithoutMac.map(({ stream, changeSets }) => ({ stream, changeSetCount: changeSets })),
    eventsWithoutMac: withoutMac,
    eventWithoutMacCount: withoutMacCount,
    truncated: cutMembers({
      leftOut: leftOut.length < leftOutCount,
      streamsWithoutMac: streamsWithoutMac.length === SEAL_NAMED_MAX,
      eventsWithoutMac: withoutMac.length < withoutMacCount,
    }),
  };
}
