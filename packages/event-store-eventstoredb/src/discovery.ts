// Finds the leader of a cluster by gossip: all known members at once, again and again, until most of them name one.
import { setTimeout as pause } from 'node:timers/promises';
import { addressOf, type Endpoint, type Servers } from './connection-string.js';
import { failureType } from './failures.js';
import { askMember } from './gossip.js';
import { leaderOf, type GossipAnswer } from './leader.js';

/** How long one member may take to answer. */
export const GOSSIP_TIMEOUT_MS = 1_000;
/** From the beginning of one round of questions to the next, while no member leads. */
export const ROUND_INTERVAL_MS = 250;

/** What one round of questions found out. */
type Round =
  | { readonly kind: 'found'; readonly leader: Endpoint }
  /** Some members answered or were silent, and no leader can be named. */
  | { readonly kind: 'leaderless' }
  /** No member takes connections. */
  | { readonly kind: 'refused'; readonly error: unknown };

export class Discovery {
  readonly #servers: Servers;
  /** Members that earlier answers listed, by address. */
  #members = new Map<string, Endpoint>();

  constructor(servers: Servers) {
    this.#servers = servers;
  }

  /**
   * The server to use: the leader, or the only server of a connection string without discovery. Goes on asking while `isWanted` answers
   * true. Rejects at once with a member's error when all refuse connections, and with `NoLeader` when it is not wanted any more.
   */
  async leader(isWanted: () => boolean): Promise<Endpoint> {
    const [only] = this.#servers.seeds;
    if (!this.#servers.discovers && only !== undefined) return only;
    for (;;) {
      const nextAt = performance.now() + ROUND_INTERVAL_MS;
      const round = await this.#round();
      if (round.kind === 'found') return round.leader;
      if (round.kind === 'refused') throw round.error;
      if (!isWanted()) throw new NoLeader();
      await pause(Math.max(0, nextAt - performance.now()));
    }
  }

  /** Asks once: the leader that most members name, null when none can be named. */
  async look(): Promise<Endpoint | null> {
    const round = await this.#round();
    return round.kind === 'found' ? round.leader : null;
  }

  #round(): Promise<Round> {
    const asked = this.#known();
    const answers: GossipAnswer[] = [];
    const failures: unknown[] = [];
    return new Promise((resolve) => {
      const count = (): void => {
        const isComplete = answers.length + failures.length === asked.length;
        const leader = leaderOf(answers, isComplete);
        if (leader !== null) resolve({ kind: 'found', leader });
        else if (isComplete)
          resolve(answers.length === 0 && failures.every(isRefusal) ? { kind: 'refused', error: failures[0] } : { kind: 'leaderless' });
      };
      for (const member of asked) {
        void askMember(member, this.#servers, GOSSIP_TIMEOUT_MS)
          .then(
            (answer) => {
              answers.push(answer);
              this.#learn(answer);
            },
            (error: unknown) => failures.push(error),
          )
          .then(count);
      }
    });
  }

  #known(): readonly Endpoint[] {
    const known = new Map(this.#servers.seeds.map((seed) => [addressOf(seed), seed]));
    for (const [address, member] of this.#members) known.set(address, member);
    return [...known.values()];
  }

  /** The newest answer counts: members come and go. */
  #learn({ members }: GossipAnswer): void {
    const voters = members.filter((member) => member.votes).map(({ endpoint }) => endpoint);
    this.#members = new Map(voters.map((endpoint) => [addressOf(endpoint), endpoint]));
  }
}

/** No member leads, or not enough of them answer. */
export class NoLeader extends Error {
  override readonly name = 'NoLeader';

  constructor() {
    super('no member of the cluster leads');
  }
}

/** A silent member may lead a moment later; one that refuses connections does not. */
function isRefusal(error: unknown): boolean {
  return failureType(error) !== 'deadline-exceeded';
}
