// One node's connection to the stream: connects, passes what comes to the sink, and reconnects until it is closed.
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Backoff } from '@confledger/backoff';
import {
  FEED_DOCUMENT_ASKED,
  FEED_DOCUMENT_CHARACTERS_MAX,
  FEED_DOCUMENT_HEADER,
  readActivationMarker,
  readFeedBeat,
  readFeedDocument,
  readFeedLeaf,
  type FeedSession,
  type FeedSink,
} from '@confledger/contracts';
import { OPERATIONS } from '@confledger/contracts/http';
import { parseJsonText } from '@confledger/document';
import { EventStreamParser, type StreamEvent } from './event-stream-parser.js';
import { refusalText } from './refusal-text.js';

/** The longest event, in characters: a value of 512 KiB, its path and fields, with room for escapes. */
export const EVENT_LENGTH_MAX = 2 * 1024 * 1024;
/** The longest `document`, with the lines before its data. */
export const DOCUMENT_EVENT_LENGTH_MAX = FEED_DOCUMENT_CHARACTERS_MAX + 1024;

const RECONNECT_DELAY_MS = 50;
/** New readings are whole documents: they are asked for less often than a connection. */
const RESTART_DELAY_MS = 100;
const RESTART_DELAY_MS_MAX = 30_000;

export interface HttpFeedSessionOptions {
  readonly url: URL;
  readonly token: string | null;
  readonly sink: FeedSink;
  readonly idleTimeoutMs: number;
  readonly reconnectDelayMsMax: number;
}

export class HttpFeedSession implements FeedSession {
  readonly #options: HttpFeedSessionOptions;
  readonly #reconnectBackoff: Backoff;
  readonly #restartBackoff = new Backoff(RESTART_DELAY_MS, RESTART_DELAY_MS_MAX);
  #request: ClientRequest | null = null;
  #parser: EventStreamParser | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
  /** Bytes alone are not a sign of life: what stands between node and api may send comments for ever. */
  #silence: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: HttpFeedSessionOptions) {
    this.#options = options;
    this.#reconnectBackoff = new Backoff(RECONNECT_DELAY_MS, options.reconnectDelayMsMax);
    // The sink is first called when `open` has returned.
    queueMicrotask(() => this.#connect());
  }

  restart(): void {
    this.#disconnect();
    this.#retry(this.#restartBackoff.nextMs());
  }

  close(): Promise<void> {
    this.#closed = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#disconnect();
    return Promise.resolve();
  }

  #connect(): void {
    if (this.#closed) return;
    const { url, token, sink, idleTimeoutMs } = this.#options;
    const resumeId = sink.resumeId();
    const headers = {
      accept: 'text/event-stream',
      [FEED_DOCUMENT_HEADER]: FEED_DOCUMENT_ASKED,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(resumeId === null ? {} : { 'last-event-id': resumeId }),
    };
    const { request: open } = url.protocol === 'https:' ? https : http;
    // A connection of its own: it lives as long as the stream, and a shared agent would keep it beyond.
    const request = open(url, { method: OPERATIONS.feed.method, headers, agent: false });
    this.#request = request;
    const fail = (problem: string): void => this.#fail(request, problem);
    request.setNoDelay(true);
    request.setTimeout(idleTimeoutMs, () => fail(saidNothing(idleTimeoutMs)));
    request.on('error', (error) => fail(connectionProblem(error)));
    request.on('response', (response) => void this.#receive(request, response, fail));
    request.end();
  }

  async #receive(request: ClientRequest, response: IncomingMessage, fail: (problem: string) => void): Promise<void> {
    if (response.statusCode !== 200 || !(response.headers['content-type'] ?? '').startsWith('text/event-stream')) {
      fail(await refusalText(response));
      return;
    }
    const parser = new EventStreamParser({
      lengthMax: (name) => (name === 'document' ? DOCUMENT_EVENT_LENGTH_MAX : EVENT_LENGTH_MAX),
      event: (event) => this.#pass(event),
      // One event may take longer than the silence that is allowed, over a slow line.
      progress: () => this.#silence?.refresh(),
    });
    this.#parser = parser;
    const { idleTimeoutMs } = this.#options;
    if (this.#request === request) this.#silence = setTimeout(() => fail(saidNothing(idleTimeoutMs)), idleTimeoutMs);
    response.on('data', (chunk: Buffer) => {
      if (this.#request !== request) return;
      try {
        parser.push(chunk);
      } catch (error) {
        fail(error instanceof Error ? error.message : 'the stream cannot be read');
      }
    });
    response.on('error', (error) => fail(connectionProblem(error)));
    response.on('close', () => fail('the api ended the stream'));
  }

  #pass({ name, data }: StreamEvent): void {
    const { sink } = this.#options;
    this.#silence?.refresh();
    const json = parse(data);
    if (name === 'leaf') return this.#hand(readFeedLeaf(json), (leaf) => sink.leaf(leaf));
    if (name === 'document') return this.#hand(readFeedDocument(json), (document) => sink.document(document));
    if (name === 'active') return this.#hand(readActivationMarker(json), (marker) => sink.active(marker));
    if (name === 'beat') return this.#hand(readFeedBeat(json), (beat) => sink.beat(beat));
    if (name === 'reset') return sink.reset(incarnationOf(json));
    if (name === 'synchronized') return this.#synchronized();
  }

  /** Throws when the record has not the shape that its name promises, which ends the connection. */
  #hand<T>(record: T | null, tell: (record: T) => void): void {
    if (record === null) throw new Error('the feed sent a record of the wrong shape');
    tell(record);
  }

  #synchronized(): void {
    this.#reconnectBackoff.reset();
    if (this.#options.sink.synchronized() === 'complete') this.#restartBackoff.reset();
    else if (this.#retryTimer === null) this.restart();
  }

  #fail(request: ClientRequest, problem: string): void {
    if (this.#request !== request) return;
    this.#disconnect();
    this.#options.sink.lost(problem);
    this.#retry(this.#reconnectBackoff.nextMs());
  }

  #disconnect(): void {
    this.#parser?.stop();
    this.#parser = null;
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
    const request = this.#request;
    this.#request = null;
    request?.destroy();
  }

  /** The timer keeps the process alive: a node that has lost its feed is not done. */
  #retry(delayMs: number): void {
    if (this.#closed) return;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#connect();
    }, delayMs);
  }
}

function parse(data: string): unknown {
  try {
    return parseJsonText(data);
  } catch {
    throw new Error('the feed sent a record that is not JSON');
  }
}

function incarnationOf(json: unknown): string | null {
  if (typeof json !== 'object' || json === null) return null;
  const { incarnation } = json as { readonly incarnation?: unknown };
  return typeof incarnation === 'string' ? incarnation : null;
}

function saidNothing(idleTimeoutMs: number): string {
  return `the api said nothing for ${idleTimeoutMs} ms`;
}

function connectionProblem(error: Error & { readonly code?: string }): string {
  return `no connection to the api: ${error.code ?? error.message}`;
}
