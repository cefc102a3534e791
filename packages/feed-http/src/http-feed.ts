// The node's side of the embedded feed: `httpFeed` is given to `connectNode`, which opens it with its reader.
import type { NodeFeed } from '@confledger/contracts';
import { baseUrl, operationPath } from '@confledger/contracts/http';
import { HttpFeedSession } from './http-feed-session.js';

/** Silence for this long means that the connection is dead: beats come every 5 s. */
export const HTTP_FEED_IDLE_TIMEOUT_MS = 15_000;
/** The longest pause between two attempts to connect. */
const RECONNECT_DELAY_MS_MAX = 5_000;

export interface HttpFeedOptions {
  /** Where the api is, such as `http://127.0.0.1:8011`; a path before `/api/v1` may follow. */
  readonly url: string;
  /** Bearer token that may `read`. */
  readonly token?: string;
  /** Silence after which the connection is given up. */
  readonly idleTimeoutMs?: number;
  /** The longest pause between two attempts. */
  readonly reconnectDelayMsMax?: number;
}

/** The feed over HTTP. Throws a TypeError when `url` is not a valid URL, is not http(s), or holds credentials. */
export function httpFeed(options: HttpFeedOptions): NodeFeed {
  const base = baseUrl(options.url);
  const token = options.token ?? null;
  return {
    reportTarget: { url: base, token },
    open: ({ environment, service }, sink) => {
      const url = new URL(`${base}${operationPath('feed', {})}?${new URLSearchParams({ environment, service }).toString()}`);
      return new HttpFeedSession({
        url,
        token,
        sink,
        idleTimeoutMs: options.idleTimeoutMs ?? HTTP_FEED_IDLE_TIMEOUT_MS,
        reconnectDelayMsMax: options.reconnectDelayMsMax ?? RECONNECT_DELAY_MS_MAX,
      });
    },
  };
}
