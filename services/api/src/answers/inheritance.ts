// What the status says of ledgers that follow their parents.
import type { InheritanceStatus } from '@confledger/contracts/http';
import type { ApiContext } from '../context.js';
import type { HealthChecks } from '../runtime/health-checks.js';

/** Blocked ledgers that the status names. */
const BLOCKED_SHOWN_MAX = 50;

export async function inheritanceStatus(
  { inheritance, inheritanceBlocks }: Pick<ApiContext, 'inheritance' | 'inheritanceBlocks'>,
  { readModel }: Pick<HealthChecks, 'readModel'>,
): Promise<{ readonly status: InheritanceStatus; readonly isCut: boolean }> {
  const blocks = readModel.healthy ? await inheritanceBlocks.list({}).catch(() => null) : null;
  const shown = blocks
    ?.slice(0, BLOCKED_SHOWN_MAX)
    .map(({ ledger, code, message, since }) => ({ ledger, code, message, blockedAt: since }));
  const standing = inheritance?.() ?? null;
  return {
    status: {
      active: standing?.isActive ?? null,
      waiting: standing?.waiting ?? 0,
      blocked: shown ?? null,
      detail: standing?.problem ?? null,
    },
    isCut: blocks !== null && blocks.length > BLOCKED_SHOWN_MAX,
  };
}
