// A trading program in a process of its own, and everything that it ever said it ran.
import { fileURLToPath } from 'node:url';
import { Process } from './part.js';

/** One line of the program: it runs this, in this state. */
export interface Told {
  readonly swapped: boolean;
  readonly state: string;
  readonly source: 'feed' | 'cache';
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
  /** Values that are always written together differ. */
  readonly torn: boolean;
  /** Why the feed is not followed; null when it is. */
  readonly problem: string | null;
  readonly at: number;
}

export interface FollowerOptions {
  readonly brokers: readonly string[];
  readonly namespace: string;
  readonly service: string;
  readonly name: string;
  readonly publicKey: string;
  readonly cacheFile: string;
  /** How long the group waits for a word of it. */
  readonly sessionTimeoutMs?: number;
}

export class Follower extends Process {
  /** `<environment>.<service>` */
  readonly ledger: string;
  readonly name: string;
  readonly cacheFile: string;

  constructor({ brokers, namespace, service, name, publicKey, cacheFile, sessionTimeoutMs = 10_000 }: FollowerOptions) {
    super(fileURLToPath(new URL('./trading-program.mjs', import.meta.url)), {
      FOLLOW_BROKERS: brokers.join(','),
      FOLLOW_NAMESPACE: namespace,
      FOLLOW_SERVICE: service,
      FOLLOW_NAME: name,
      FOLLOW_PUBLIC_KEY: publicKey,
      FOLLOW_CACHE: cacheFile,
      FOLLOW_SESSION_MS: String(sessionTimeoutMs),
    });
    this.ledger = `production.${service}`;
    this.name = name;
    this.cacheFile = cacheFile;
  }

  /** Over all its lives, in order. */
  told(): Told[] {
    const lines = this.printed().split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Told);
  }

  /** What it runs now; undefined before it runs anything. */
  now(): Told | undefined {
    return this.told().at(-1);
  }
}
