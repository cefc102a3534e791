// Reports what the node runs, what it rejected, and its state. Nothing waits for it and no fault of it is thrown: trading goes first. That
// no api takes the reports is reported once: a person who looks for the node would miss it.
import { Backoff } from '@confledger/backoff';
import type { ReportTarget } from '@confledger/contracts';
import { operationPath, OPERATIONS, SDK_HEADER, sdkHeader, type NodeReportBody } from '@confledger/contracts/http';
import { postJson } from './post-json.js';
import { SDK_VERSION } from './version.js';

/** Interval of repeated reports, so that an api that lost its table learns of the node again. */
export const REPORT_INTERVAL_MS = 30_000;
/** Between two reports: a burst of activations costs ten reports a second, each with the newest state, and not one each. */
export const REPORT_GAP_MS = 100;
const REPORT_TIMEOUT_MS = 5_000;
const RETRY_DELAY_MS_FIRST = 500;
const RETRY_DELAY_MS_MAX = 30_000;
/** An api that has taken no report for this long is reported; before that it may be restarting. */
export const UNANSWERED_MS_MAX = 30_000;
/** How long closing waits for the last report. */
const LAST_REPORT_TIMEOUT_MS = 500;
/** A header, because an older api refuses a report with a member that it does not know. */
const HEADERS = { [SDK_HEADER]: sdkHeader(SDK_VERSION) };

export class Reporter {
  readonly #url: URL;
  readonly #token: string | null;
  readonly #stop = new AbortController();
  readonly #repeat: NodeJS.Timeout;
  /** The newest report; null when the api has it. */
  #pending: string | null = null;
  #newest: string | null = null;
  #sending: Promise<void> | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
  readonly #backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
  /** The first of the failures since the last success, by `performance.now()`; null after a success. */
  #failingSinceMs: number | null = null;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  readonly #onUntaken: (why: string) => void;
  #isReported = false;

  /** `onUntaken` is called when an api refuses the reports, or has not answered for a while; again only after one was taken. */
  constructor(target: ReportTarget, nodeName: string, onUntaken: (why: string) => void) {
    this.#onUntaken = onUntaken;
    this.#url = new URL(`${target.url.replace(/\/+$/, '')}${operationPath('reportNode', { name: nodeName })}`);
    this.#token = target.token;
    this.#repeat = setInterval(() => this.#submit(this.#newest), REPORT_INTERVAL_MS);
    this.#repeat.unref();
  }

  /** Takes the place of every report that is not sent yet; the same as the newest is not sent again. */
  put(report: NodeReportBody): void {
    const body = JSON.stringify(report);
    if (body !== this.#newest) this.#submit(body);
  }

  /** Sends what is left, for a short time; then nothing is under way any more. */
  async close(): Promise<void> {
    clearInterval(this.#repeat);
    const timer = setTimeout(() => this.#stop.abort(), LAST_REPORT_TIMEOUT_MS);
    await this.#sending;
    if (this.#pending !== null && this.#retryTimer === null) await this.#send();
    clearTimeout(timer);
    this.#stop.abort();
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
  }

  #submit(body: string | null): void {
    this.#newest = body;
    this.#pending = body;
    if (this.#retryTimer === null) this.#sending ??= this.#send();
  }

  async #send(): Promise<void> {
    while (this.#pending !== null && !this.#stop.signal.aborted) {
      await this.#gap();
      const body = this.#pending;
      const status = await this.#post(body);
      if (status === null || status < 200 || status >= 300) {
        this.#reportFailure(status);
        this.#retryLater();
        break;
      }
      this.#isReported = false;
      this.#backoff.reset();
      this.#failingSinceMs = null;
      if (this.#pending === body) this.#pending = null;
    }
    this.#sending = null;
  }

  /** The swap that is reported goes first, and the report before it is a while ago. */
  async #gap(): Promise<void> {
    const leftMs = this.#reportedAtMs + REPORT_GAP_MS - performance.now();
    await new Promise((resolve) => (leftMs > 0 ? setTimeout(resolve, leftMs) : setImmediate(resolve)));
    this.#reportedAtMs = performance.now();
  }

  /** The status of the answer; null when there is none. */
  async #post(body: string): Promise<number | null> {
    try {
      return await postJson({
        url: this.#url,
        method: OPERATIONS.reportNode.method,
        token: this.#token,
        body,
        headers: HEADERS,
        timeoutMs: REPORT_TIMEOUT_MS,
        signal: this.#stop.signal,
      });
    } catch {
      return null;
    }
  }

  /** An api that is away for a moment is not reported; one that refuses would refuse for ever. */
  #reportFailure(status: number | null): void {
    const isRefused = status !== null && status >= 400 && status < 500;
    this.#failingSinceMs ??= performance.now();
    const isUnanswered = performance.now() - this.#failingSinceMs >= UNANSWERED_MS_MAX;
    if (this.#isReported || this.#stop.signal.aborted || !(isRefused || isUnanswered)) return;
    this.#isReported = true;
    this.#onUntaken(status === null ? `${this.#url.origin} does not answer` : `${this.#url.origin} answers ${status}`);
  }

  #retryLater(): void {
    if (this.#stop.signal.aborted) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#sending ??= this.#send();
    }, this.#backoff.nextMs());
    this.#retryTimer.unref();
  }
}
