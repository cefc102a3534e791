// The verdicts that one process remembers, those of judgements that did not come to an end among them.
import type { Rule } from '@confledger/domain';
import type { MountedPlace } from './mounts.js';
import { Verdicts, type Verdict } from './verdicts.js';
import { costViolation } from './violations.js';

/** For so long a judgement that did not come to an end is not tried again. A machine that was busy must not condemn a schema for good. */
export const GIVEN_UP_MS = 600_000;
/** Most of them; the oldest one is dropped. */
const GIVEN_UP_MAX = 10_000;

/** The verdict of a judgement that did not come to an end. */
export function costVerdict({ mount }: Rule, place: MountedPlace): Verdict {
  return { violations: [costViolation(mount, place)], unjudged: [] };
}

interface GivenUp {
  readonly verdict: Verdict;
  readonly atMs: number;
}

export class JudgedVerdicts extends Verdicts {
  readonly #givenUp = new Map<string, GivenUp>();
  readonly #nowMs: () => number;

  /** `nowMs` for tests. */
  constructor({ bytesMax, nowMs = () => performance.now() }: { readonly bytesMax?: number; readonly nowMs?: () => number } = {}) {
    super(bytesMax);
    this.#nowMs = nowMs;
  }

  override has(key: string): boolean {
    return super.has(key) || this.#stillGivenUp(key) !== undefined;
  }

  override recall(key: string): Verdict | undefined {
    return super.recall(key) ?? this.#stillGivenUp(key);
  }

  /** Remembers for GIVEN_UP_MS that the judgement does not come to an end. */
  giveUp(key: string, verdict: Verdict): void {
    const [oldest] = this.#givenUp.size < GIVEN_UP_MAX ? [] : this.#givenUp.keys();
    if (oldest !== undefined) this.#givenUp.delete(oldest);
    this.#givenUp.set(key, { verdict, atMs: this.#nowMs() });
  }

  #stillGivenUp(key: string): Verdict | undefined {
    const found = this.#givenUp.get(key);
    if (found === undefined || this.#nowMs() - found.atMs < GIVEN_UP_MS) return found?.verdict;
    this.#givenUp.delete(key);
    return undefined;
  }
}
