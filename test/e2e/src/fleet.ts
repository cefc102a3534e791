// A fleet of followers of the feed, as bare connections: what each was sent, and whether its connection still stands.
import { connect, type Socket } from 'node:net';
import { eventually } from '@confledger/test-support';

export interface Fleet {
  /** Resolves when every follower was sent a text. Rejects when one of them has lost its connection, or not within `timeoutMs`. */
  allWereSent(text: string, timeoutMs: number): Promise<void>;
  close(): void;
}

interface Follower {
  readonly socket: Socket;
  newest: string;
}

/** The end of what was sent, in characters: enough for an activation of a small ledger. */
const KEPT = 4_096;

/** Connects so many followers of a ledger with one token; resolves when each has its answer. */
export async function connectFleet(
  { url, token }: { readonly url: string; readonly token: string },
  service: string,
  count: number,
): Promise<Fleet> {
  const { hostname, port } = new URL(url);
  const followers = Array.from({ length: count }, (): Follower => {
    const follower: Follower = { socket: connect(Number(port), hostname), newest: '' };
    follower.socket.setEncoding('utf8').on('error', () => undefined);
    follower.socket.on('data', (text: string) => (follower.newest = (follower.newest + text).slice(-KEPT)));
    follower.socket.write(`GET /api/v1/feed?service=${service} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    return follower;
  });
  const lost = (): number => followers.filter(({ socket }) => socket.destroyed || socket.readableEnded).length;
  const allWereSent = async (text: string, timeoutMs: number): Promise<void> => {
    await eventually(() => lost() > 0 || followers.every(({ newest }) => newest.includes(text)), { timeoutMs });
    if (lost() > 0) throw new Error(`${lost()} of ${count} followers have lost their connections.`);
  };
  await allWereSent('HTTP/1.1 200', 60_000);
  return { allWereSent, close: () => followers.forEach(({ socket }) => socket.destroy()) };
}
