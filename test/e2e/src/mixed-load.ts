// Clients that set, merge, batch, delete, activate, roll back and tag, each command with an Idempotency-Key and repeated until
// it is answered. They note what was acknowledged, for the crash test to hold against the log.
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@confledger/test-support';
import type { ApiAnswer, ApiCaller, ApiResponse } from './api-caller.js';

/** What a client was told. */
export interface Acknowledged {
  readonly ledger: string;
  readonly commandId: string;
  readonly changed: boolean;
  readonly version: number | null;
  readonly digest: string;
}

/** An attempt that was answered 503, or not at all. */
export interface Unserved {
  /** Null when there was no answer. */
  readonly code: string | null;
  readonly tookMs: number;
}

interface WriteData {
  readonly changed: boolean;
  readonly version: number | null;
  readonly digest: string;
}

interface Step {
  readonly method: string;
  readonly place: string;
  readonly body: unknown;
}

const KEYS = ['a', 'b.c', 'b.d', 'desk.limits.max', 'desk.limits.min'];
/** Longer than any fault of the tests lasts. */
const ANSWER_TIMEOUT_MS = 120_000;

/** One client on one ledger of production. What it sends is decided by its name and count alone. */
export class MixedClient {
  readonly acknowledged: Acknowledged[] = [];
  /** Answers that are neither a success, nor a refusal, nor a part that is away. */
  readonly strange: string[] = [];
  /** Attempts that a part kept from being served; each was repeated. */
  readonly unserved: Unserved[] = [];
  readonly #name: string;
  readonly #service: string;
  readonly #target: () => ApiCaller;
  readonly #pauseMs: number;
  #stopped = false;

  /** `target` is asked at each attempt. Between two commands the client does nothing for `pauseMs`. */
  constructor(name: string, service: string, target: () => ApiCaller, pauseMs = 0) {
    this.#name = name;
    this.#service = service;
    this.#target = target;
    this.#pauseMs = pauseMs;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    for (let count = 1; !this.#stopped; count += 1) {
      await this.#step(`${this.#name}-${count}`, this.#next(count));
      if (this.#pauseMs > 0) await sleep(this.#pauseMs);
    }
  }

  #next(count: number): Step {
    const key = KEYS[count % KEYS.length] ?? 'a';
    const value = `${this.#name}-${count}`;
    const earlier = this.acknowledged[Math.floor(this.acknowledged.length / 2)]?.version ?? 'latest';
    switch (count % 9) {
      case 0:
        return { method: 'POST', place: `/versions/${earlier}/rollback`, body: { changeReason: 'back' } };
      case 1:
      case 5:
        return { method: 'POST', place: '/versions/latest/activate', body: {} };
      case 2: {
        const configuration = { desk: { limits: { max: count } }, [`merged-${count % 3}`]: value };
        return { method: 'PATCH', place: '', body: { configuration } };
      }
      case 3: {
        const operations = ['x', 'y', 'z'].map((each) => ({ type: 'SET', key: `batch.${each}`, value }));
        return { method: 'POST', place: '/batch', body: { operations, activate: count % 2 === 0 ? 'all' : false } };
      }
      case 6:
        return { method: 'DELETE', place: `/${key}`, body: {} };
      case 7:
        return { method: 'PUT', place: `/versions/latest/tags/${this.#name}?move=true`, body: {} };
      default:
        return { method: 'PUT', place: `/${key}`, body: { value, changeReason: 'load' } };
    }
  }

  /** A broken connection, a 503, or a server that is not up: the same request again, with the same key. */
  async #step(commandId: string, { method, place, body }: Step): Promise<void> {
    const path = `/configurations/${this.#service}${place}`;
    const answer = await eventually(
      async () => {
        const began = performance.now();
        const given = await this.#attempt(method, path, body, commandId);
        if (given !== null && given.status !== 503) return given;
        this.unserved.push({ code: given?.body.code ?? null, tookMs: performance.now() - began });
        return undefined;
      },
      { timeoutMs: ANSWER_TIMEOUT_MS },
    );
    const { status, body: told } = answer;
    if (status === 404 || status === 409) return;
    if (status !== 200 && status !== 201) {
      this.strange.push(`${method} ${path}: ${status} ${told.code ?? ''}`);
      return;
    }
    this.acknowledged.push(acknowledgement(`production.${this.#service}`, commandId, told));
  }

  /** Null when there is no answer. */
  #attempt(method: string, path: string, body: unknown, commandId: string): Promise<ApiResponse | null> {
    return Promise.resolve()
      .then(() => this.#target().call(method, path, body, { 'idempotency-key': commandId }))
      .catch(() => null);
  }
}

/** What a successful answer to a write says. */
export function acknowledgement(ledger: string, commandId: string, told: ApiAnswer): Acknowledged {
  // A batch says under `commit` what other writes say under `data`.
  const { changed, version, digest } = ('commit' in told ? told.commit : told.data) as WriteData;
  return { ledger, commandId, changed, version, digest };
}
