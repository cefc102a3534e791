// Promoting a version of one environment into another: the same service, its own leaves, looked at first.
import type { PromotionAnswer } from '@confledger/contracts/http';
import { goesLive, LedgerId, type PromoteCommand } from '@confledger/domain';
import type { PromotionDone } from '@confledger/application';
import { success } from '../answers/envelope.js';
import { SHOWN_CHANGES_MAX, showChange, showValue } from '../answers/shown-values.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { SELECTION_ERRORS, WRITE_ERRORS } from '../errors/groups.js';
import { RequestRefused } from '../errors/request-refused.js';
import { write } from '../ledger/execute-command.js';
import { requireDefined } from '../request/defined-environments.js';
import { parseVersion } from '../request/selectors.js';
import { commandRequest, type WriteCall } from '../request/write-options.js';
import { promotionAnswer, successOf } from '../schemas/answers.js';
import { promoteBody, writeQuery } from '../schemas/requests.js';

/** The endpoint of promotions. */
export function promotionEndpoints(context: ApiContext): Endpoint[] {
  return [
    endpoint(context, 'promote', {
      query: writeQuery,
      body: { schema: promoteBody, required: true },
      answer: successOf(promotionAnswer),
      statuses: [200],
      errors: [...WRITE_ERRORS, ...SELECTION_ERRORS, ...PROMOTION_ERRORS],
      handle: async (call) => {
        const { from, version = 'active', paths = null, prune = false } = call.body;
        await requireDefined(context, from);
        const command: PromoteCommand = {
          type: 'Promote',
          from: LedgerId.of(from, call.ledger.service).text,
          version: parseVersion(String(version), 'version'),
          paths,
          prune,
        };
        assertSeen(context, call, command);
        // What it does is seen from before it: behind it nothing is left that it pruned. A source without that version is refused by the write.
        const before = await context.ledgers.promotion(call.ledger, command);
        const { answer, done } = await write(context, call, command);
        const described = done.replayed ? null : await describe(context, call, command, { before, promoted: done.promoted });
        return success({ ...answer, promotion: described && showPromotion(described) }, context.clock);
      },
    }),
  ];
}

/** What was seen before, where that is the version that was promoted: the source may have moved in between. */
async function describe(
  { ledgers }: ApiContext,
  { ledger }: WriteCall,
  command: PromoteCommand,
  { before, promoted }: { readonly before: PromotionDone | null; readonly promoted: number | null },
): Promise<PromotionDone | null> {
  if (before !== null && (promoted === null || promoted === before.version)) return before;
  try {
    return await ledgers.promotion(ledger, promoted === null ? command : { ...command, version: promoted });
  } catch {
    // The promotion is done: a source that cannot be read now does not make a failure of it.
    return null;
  }
}

const PROMOTION_ERRORS = [
  'PROMOTION_SAME_LEDGER',
  'PROMOTION_WOULD_DELETE',
  'PROMOTION_UNSEEN',
  'KEY_NOT_FOUND',
  'PATH_EMPTY',
  'PATH_BAD_ESCAPE',
  'BATCH_OVERLAPPING_KEYS',
] as const;

/** Whoever promotes everything says what he saw: the version that he writes on, or the document that would run. */
function assertSeen({ environments }: ApiContext, call: WriteCall, { paths }: PromoteCommand): void {
  const { guards, dryRun } = commandRequest(call);
  const takesLive = goesLive({ type: 'Promote' }, guards, environments.known?.environments.get(call.ledger.environment));
  const saw = takesLive ? guards.expectedDigest : guards.expectedVersion;
  if (paths !== null || dryRun === true || saw !== undefined) return;
  throw RequestRefused.of('PROMOTION_UNSEEN', { path: takesLive ? 'expectedDigest' : 'expectedVersion' });
}

function showPromotion({
  from,
  version,
  skipped,
  lacking,
  hidesDiffer,
  stillDiffer,
}: PromotionDone): NonNullable<PromotionAnswer['promotion']> {
  const shown = (leaves: PromotionDone['skipped']) =>
    leaves.slice(0, SHOWN_CHANGES_MAX).map(({ path, value }) => ({ path, value: showValue(value) }));
  return {
    from,
    version,
    skipped: shown(skipped),
    lacking: shown(lacking),
    hidesDiffer,
    stillDiffer: stillDiffer.slice(0, SHOWN_CHANGES_MAX).map(showChange),
    stillDifferCount: stillDiffer.length,
  };
}
