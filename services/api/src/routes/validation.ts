// What the rules say of a change that is not made, or of what there is.
import type { CommandOutcome } from '@confledger/application';
import type { ValidationAnswer } from '@confledger/contracts/http';
import type { Command, Guards, LedgerId, RefusalDetail } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import { cutMembers } from '../answers/truncated.js';
import { cutLists, showJudgement, showUnjudged, showViolations } from '../answers/violations.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Call, type Endpoint } from '../endpoint.js';
import { PATH_ERRORS, SCHEMA_WRITE_ERRORS, WRITE_ERRORS } from '../errors/groups.js';
import { detailOf, RequestRefused } from '../errors/request-refused.js';
import { oneOf } from '../request/words.js';
import { activateWord, plainRequest } from '../request/write-options.js';
import { DETAILS_SHOWN_MAX, successOf } from '../schemas/answers.js';
import { validateBody, validateQuery, validationAnswer } from '../schemas/rules.js';
import { batchOperations, refuseTooMany } from './batches.js';

/** The endpoint of validations. */
export function validationEndpoints(context: ApiContext): Endpoint[] {
  return [
    endpoint(context, 'validateConfiguration', {
      query: validateQuery,
      body: { schema: validateBody, required: false, precheck: refuseTooMany },
      answer: successOf(validationAnswer),
      statuses: [200],
      errors: [
        ...WRITE_ERRORS.filter((code) => !IMPOSSIBLE.has(code)),
        ...SCHEMA_WRITE_ERRORS.filter((code) => !IMPOSSIBLE.has(code)),
        ...PATH_ERRORS,
        'LEDGER_UNKNOWN',
        'DOCUMENT_NOT_OBJECT',
        'BATCH_OPERATION_INVALID',
        'BATCH_EMPTY',
        'BATCH_TOO_LARGE',
        'BATCH_DUPLICATE_ID',
        'PATH_BELOW_LEAF',
        'KEY_NOT_FOUND',
      ],
      handle: async (call) => {
        const command = commandOf(call.body);
        return success(command === null ? await asItIs(context, call.ledger) : await asIfDone(context, call, command), context.clock);
      },
    }),
  ];
}

/** What the rules say is no failure here; and no guard, reason or idempotency key can be sent. */
const IMPOSSIBLE: ReadonlySet<string> = new Set([
  'VALIDATION_ERROR',
  'SCHEMA_VIOLATED',
  'REASON_REQUIRED',
  'REASON_TOO_LONG',
  'APPROVALS_NOT_AVAILABLE',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'IF_MATCH_MALFORMED',
  'IF_MATCH_FAILED',
  'IF_NONE_MATCH_MALFORMED',
  'IF_NONE_MATCH_FAILED',
  'EXPECTED_VERSION_CONFLICT',
  'EXPECTED_ACTIVE_CONFLICT',
  'EXPECTED_ACTIVATION_CONFLICT',
  'EXPECTED_DIGEST_CONFLICT',
  'WRITE_CONFLICT',
  'OUTCOME_UNKNOWN',
]);

function commandOf({ configuration, operations }: Call<'validateConfiguration'>['body']): Command | null {
  if (configuration !== undefined && operations !== undefined)
    throw RequestRefused.of('OPTION_MISMATCH', {
      path: 'operations',
      message: 'configuration and operations are two changes; one is validated at a time',
      remedy: 'Leave one of them out.',
    });
  if (configuration !== undefined) return { type: 'Replace', configuration };
  return operations === undefined ? null : { type: 'Batch', operations: batchOperations(operations) };
}

/** Head and what runs: what is wrong with them now. */
async function asItIs({ ledgers }: ApiContext, ledger: LedgerId): Promise<ValidationAnswer> {
  const outcome = await ledgers.rules(ledger);
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  const { head, running } = outcome;
  return answerOf(ledger, {
    errors: showViolations(head.violations),
    errorCount: head.violations.length,
    unjudged: showUnjudged(head.unjudged),
    unjudgedCount: head.unjudged.length,
    running: running && showJudgement(running),
    truncated: [
      ...cutMembers({ errors: head.violations.length > DETAILS_SHOWN_MAX, unjudged: head.unjudged.length > DETAILS_SHOWN_MAX }),
      ...(running === null ? [] : cutLists('running.', running)),
    ],
  });
}

/** A dry run, whose violations are what is asked for. */
async function asIfDone({ ledgers }: ApiContext, call: Call<'validateConfiguration'>, command: Command): Promise<ValidationAnswer> {
  const activate = oneOf('activate', activateWord(call.query.activate), call.body.activate);
  const guards: Guards = activate === undefined ? {} : { activate };
  const outcome = await ledgers.execute(call.ledger, command, { ...unsaid(call), guards });
  return answerOf(call.ledger, outcome.kind === 'refused' ? refusedFor(outcome.refusal) : taken(outcome));
}

/** A dry run has no reason to give, also where every change needs one, and is not repeated. */
function unsaid({ request, actor }: Call<'validateConfiguration'>) {
  const { idempotencyKey: _, ...plain } = plainRequest({ request, query: {}, body: {}, actor });
  return { ...plain, reason: 'Validation', dryRun: true };
}

type Refused = Extract<CommandOutcome, { kind: 'refused' }>['refusal'];

function refusedFor(refusal: Refused): Partial<ValidationAnswer> {
  if (refusal.code !== 'VALIDATION_ERROR' && refusal.code !== 'SCHEMA_VIOLATED') throw RequestRefused.from(refusal);
  const { details } = refusal;
  const errors = details.slice(0, DETAILS_SHOWN_MAX).map(showDetail);
  return { errors, errorCount: details.length, truncated: cutMembers({ errors: details.length > DETAILS_SHOWN_MAX }) };
}

const showDetail = (detail: RefusalDetail) => Object.assign(detailOf(detail), { mount: detail.mount ?? '' });

function taken({ notes }: Extract<CommandOutcome, { kind: 'done' }>): Partial<ValidationAnswer> {
  if (notes === null) return {};
  const { standing, unjudged } = notes;
  return {
    standing: showViolations(standing),
    standingCount: standing.length,
    unjudged: showUnjudged(unjudged),
    unjudgedCount: unjudged.length,
    truncated: cutLists('', { standing, unjudged }),
  };
}

function answerOf({ environment, service }: LedgerId, found: Partial<ValidationAnswer>): ValidationAnswer {
  const { errors = [], errorCount = 0, standing = [], standingCount = 0, unjudged = [], unjudgedCount = 0 } = found;
  const { running = null, truncated = [] } = found;
  const valid = errorCount === 0 && (running === null || running.violationCount === 0);
  return { environment, service, valid, errors, errorCount, standing, standingCount, unjudged, unjudgedCount, running, truncated };
}
