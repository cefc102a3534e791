// One member of the cluster double: a full node with a disk, a role and faults of its own. The council assigns roles.
import { randomUUID } from 'node:crypto';
import type { Endpoint } from './endpoint.js';
import { Gate } from './gate.js';
import type { GossipMember, MemberState } from './gossip-plays.js';
import type { LogEvent } from './log.js';
import {
  newNode,
  viewOf,
  type AppendOutcome,
  type AppendRequest,
  type Node,
  type NodeLimits,
  type NodeView,
  type Standing,
} from './node.js';
import { Replica } from './replica.js';
import { serve, type Served } from './serve.js';

/** One member of a cluster, with its faults. A fault that already holds changes nothing. */
export interface ClusterMember {
  readonly index: number;
  readonly instanceId: string;
  /** The advertised address: where clients connect, and what gossip names. */
  readonly endpoint: Endpoint;
  /** `esdb://127.0.0.1:<port>?tls=false`: this member alone, without discovery. */
  readonly connectionString: string;
  /** Its own state as it believes; SHUTDOWN when it is not running. */
  readonly state: MemberState;
  /** True while it believes that it leads. Another member may believe so too. */
  readonly isLeader: boolean;
  /** True when it runs, is not frozen, and reaches peers and clients. */
  readonly isWell: boolean;
  /** Open client connections, also while it is frozen. */
  readonly connections: number;
  /** Log, faults and counts as those of a single double. */
  readonly double: NodeView;
  /** Everything on its disk. The end may be on no other member; `double.log` holds the committed part only. */
  readonly written: readonly LogEvent[];
  /** What it has truncated because its leader did not have it. */
  readonly cutOff: readonly LogEvent[];
  /** Ends the process: open connections and new ones are reset. The disk stays. */
  kill(): void;
  /** Starts the process. It joins the leader and truncates what the leader does not have. */
  start(): Promise<void>;
  /** Stops the process as SIGSTOP does: it accepts connections and answers neither clients nor peers. */
  freeze(): void;
  /** Continues the process. It may believe that it leads until it notices a newer leader. */
  thaw(): void;
  /** Cuts the connections to its peers. Clients still reach it. */
  cutFromPeers(): void;
  healPeers(): void;
  /** Cuts clients off. Silence: no byte is forwarded. Refusal: connections are reset. */
  cutFromClients(how?: 'silence' | 'refusal'): void;
  healClients(): void;
  /** Ends every fault of this interface, and starts it if it is down. `double.faults` stay. */
  heal(): Promise<void>;
}

/** What a member knows about another. */
export interface Sight {
  state: MemberState;
  isAlive: boolean;
  /** By `performance.now()`. */
  heardAtMs: number;
}

/** What a member needs from its cluster. */
export interface Peers {
  /** Sends what a leader has written to its followers. */
  replicate(leader: Member): void;
  reaches(one: Member, other: Member): boolean;
  /** Looks at all members at once, before the next heartbeat. */
  changed(): void;
}

export interface MemberOptions extends NodeLimits {
  readonly index: number;
  /** The highest is elected among equally complete logs. */
  readonly priority: number;
  readonly commitTimeoutMs: number;
  /** Delay until a member that has exited by itself is started again; Infinity: never. */
  readonly restartMs: number;
  /** Members without a vote, for gossip. */
  readonly bystanders: readonly GossipMember[];
}

export class Member implements ClusterMember {
  readonly index: number;
  readonly priority: number;
  readonly instanceId = randomUUID();
  readonly replica: Replica;
  readonly double: NodeView;
  readonly cutOff: LogEvent[] = [];
  /** Its own state as it believes. */
  role: 'UNKNOWN' | 'CATCHINGUP' | 'FOLLOWER' | 'LEADER' = 'UNKNOWN';
  leader: Member | undefined;
  /** While it leads: the length of each follower's log, as acknowledged. */
  readonly acknowledged = new Map<Member, number>();
  readonly sights = new Map<Member, Sight>();
  /** Since when it has led without a majority. */
  loneSinceMs: number | undefined;
  /** Since when it has led while a newer leader was in reach. */
  doubtedSinceMs: number | undefined;
  readonly node: Node;
  readonly #options: MemberOptions;
  readonly #peers: Peers;
  readonly #gate: Gate;
  #served: Served | undefined;
  /** Counts starts and kills, so that a start notices a later kill. */
  #life = 0;
  #isFrozen = false;
  #isCutFromPeers = false;
  #clientsCut: 'silence' | 'refusal' | undefined;
  #restart: NodeJS.Timeout | undefined;

  static async open(options: MemberOptions, peers: Peers): Promise<Member> {
    const member = new Member(options, peers, await Gate.listen());
    await member.start();
    return member;
  }

  private constructor(options: MemberOptions, peers: Peers, gate: Gate) {
    this.index = options.index;
    this.priority = options.priority;
    this.#options = options;
    this.#peers = peers;
    this.#gate = gate;
    this.replica = new Replica(options.commitTimeoutMs);
    this.node = newNode(options, this.replica.readable, {
      append: (request, answer) => this.append(request, answer),
      standing: () => this.standing(),
      members: () => this.#gossip(),
    });
    this.double = viewOf(this.node);
  }

  get endpoint(): Endpoint {
    return { host: '127.0.0.1', port: this.#gate.port };
  }

  get connectionString(): string {
    return `esdb://127.0.0.1:${this.#gate.port}?tls=false`;
  }

  get connections(): number {
    return this.#gate.connections;
  }

  get isUp(): boolean {
    return this.#served !== undefined;
  }

  /** True when its process runs and is not frozen. */
  get isRunning(): boolean {
    return this.isUp && !this.#isFrozen;
  }

  get isCutFromPeers(): boolean {
    return this.#isCutFromPeers;
  }

  get isWell(): boolean {
    return this.isRunning && !this.#isCutFromPeers && this.#clientsCut === undefined;
  }

  get state(): MemberState {
    return this.isUp ? this.role : 'SHUTDOWN';
  }

  get isLeader(): boolean {
    return this.state === 'LEADER';
  }

  get written(): readonly LogEvent[] {
    return this.replica.written.events;
  }

  standing(): Standing {
    if (this.role === 'LEADER') return 'leader';
    return this.leader?.endpoint ?? 'no-leader';
  }

  append(request: AppendRequest, answer: (outcome: AppendOutcome) => void): void {
    if (this.role === 'LEADER') {
      this.replica.append(request, answer);
      this.#peers.replicate(this);
    } else if (this.leader === undefined) {
      answer({ kind: 'not-ready' });
    } else if (request.requiresLeader) {
      answer({ kind: 'not-leader', leader: this.leader.endpoint });
    } else if (this.#peers.reaches(this, this.leader)) {
      this.leader.append(request, answer);
    } else if (this.#options.commitTimeoutMs !== Infinity) {
      setTimeout(() => answer({ kind: 'timeout' }), this.#options.commitTimeoutMs).unref();
    }
  }

  kill(): void {
    clearTimeout(this.#restart);
    this.#life += 1;
    if (this.#served === undefined) return;
    const served = this.#served;
    this.#served = undefined;
    this.#isFrozen = false;
    this.#setGate();
    served.stop();
    this.replica.forgetMemory();
    this.becomeUnknown();
    this.#peers.changed();
  }

  async start(): Promise<void> {
    clearTimeout(this.#restart);
    if (this.isUp) return;
    this.#life += 1;
    const life = this.#life;
    const served = await serve(this.node, 0);
    if (life !== this.#life) {
      served.stop();
      return;
    }
    this.#served = served;
    this.#gate.upstreamPort = served.port;
    this.#setGate();
    this.#peers.changed();
  }

  /** Truncates as a server does whose leader does not have the end of its log: it exits, and truncates when it is started again. */
  exitAndCutTo(count: number): void {
    this.kill();
    this.cutOff.push(...this.replica.cutTo(count));
    const { restartMs } = this.#options;
    if (restartMs !== Infinity) this.#restart = setTimeout(() => void this.start(), restartMs).unref();
  }

  freeze(): void {
    this.#isFrozen = this.isUp;
    this.#setGate();
    this.#peers.changed();
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#setGate();
    this.#peers.changed();
  }

  cutFromPeers(): void {
    this.#isCutFromPeers = true;
    this.#peers.changed();
  }

  healPeers(): void {
    this.#isCutFromPeers = false;
    this.#peers.changed();
  }

  cutFromClients(how: 'silence' | 'refusal' = 'silence'): void {
    this.#clientsCut = how;
    this.#setGate();
  }

  healClients(): void {
    this.#clientsCut = undefined;
    this.#setGate();
  }

  async heal(): Promise<void> {
    this.healClients();
    this.healPeers();
    this.thaw();
    await this.start();
  }

  async close(): Promise<void> {
    this.kill();
    await this.#gate.close();
  }

  becomeUnknown(): void {
    this.role = 'UNKNOWN';
    this.leader = undefined;
    this.loneSinceMs = undefined;
    this.doubtedSinceMs = undefined;
  }

  #setGate(): void {
    if (!this.isUp || this.#clientsCut === 'refusal') this.#gate.set('closed');
    else this.#gate.set(this.#isFrozen || this.#clientsCut === 'silence' ? 'silent' : 'open');
  }

  #gossip(): readonly GossipMember[] {
    const own = { instanceId: this.instanceId, state: this.role, isAlive: true, endpoint: this.endpoint };
    const others = [...this.sights].map(([{ instanceId, endpoint }, { state, isAlive }]) => ({ instanceId, state, isAlive, endpoint }));
    return [own, ...others, ...this.#options.bystanders];
  }
}
