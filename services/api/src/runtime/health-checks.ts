// Whether the parts that this api needs are there: for probes, operators and the status page.
import type { LogStanding } from '@confledger/application';
import type { ApiContext, OwnPart } from '../context.js';
import type { HealthAnswer } from '@confledger/contracts/http';

/** How long a part may take to answer before it counts as down. */
export const HEALTH_CHECK_MS_MAX = 2_000;

export interface PartCheck {
  readonly healthy: boolean;
  readonly detail: string | null;
  readonly tookMs: number;
}

export interface HealthChecks {
  readonly eventStore: PartCheck;
  readonly readModel: PartCheck;
  /** By their names. */
  readonly ownParts: Readonly<Record<string, PartCheck>>;
  /** Null when the part cannot be asked. */
  readonly logPosition: bigint | null;
  readonly readModelPosition: bigint | null;
}

/** What is asked. */
export type HealthParts = Pick<ApiContext, 'eventStore' | 'logGuard' | 'readModel' | 'ownParts' | 'clock'>;

/** Asks the event store and the read model where they stand. Never rejects. */
export async function checkHealth({ eventStore, logGuard, readModel, ownParts = [], clock }: HealthParts): Promise<HealthChecks> {
  const [log, model] = await Promise.all([
    check('the event store', () => eventStore.lastPosition(), clock),
    check('the read model', () => readModel.position(), clock),
  ]);
  const detail = STANDING_DETAILS[logGuard.standing.kind] ?? log.check.detail;
  return {
    eventStore: { ...log.check, detail },
    readModel: model.check,
    ownParts: Object.fromEntries(ownParts.map((part) => [part.name, checkOf(part)])),
    logPosition: log.position,
    readModelPosition: model.position,
  };
}

function checkOf({ problem }: OwnPart): PartCheck {
  const detail = problem();
  return { healthy: detail === null, detail, tookMs: 0 };
}

/** What is wrong with a log that must not be used, without a name of a stream: probes need no token. */
const STANDING_DETAILS: Partial<Record<LogStanding['kind'], string>> = {
  'in doubt': 'the log does not hold what was acknowledged: checking again',
  'set back': 'LOG_SET_BACK: the log was set back, or another log stands in its place; nothing is read or written until a person decides',
};

/** The answer of a health call, of the checks that it looks at. */
export function healthAnswer(checks: HealthAnswer['checks'], { clock, version }: Pick<ApiContext, 'clock' | 'version'>): HealthAnswer {
  const healthy = Object.values(checks).every((one) => one.healthy);
  return { healthy, checks, timestamp: new Date(clock.now()).toISOString(), version };
}

async function check(
  what: string,
  ask: () => Promise<bigint>,
  clock: ApiContext['clock'],
): Promise<{ check: PartCheck; position: bigint | null }> {
  const began = clock.now();
  const position = await within(ask);
  const tookMs = clock.now() - began;
  // What the driver says may name hosts and users: a probe that needs no token learns only that it failed.
  const detail = position === null ? `${what} does not answer` : null;
  return { check: { healthy: position !== null, detail, tookMs }, position };
}

async function within(ask: () => Promise<bigint>): Promise<bigint | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, HEALTH_CHECK_MS_MAX, null);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
