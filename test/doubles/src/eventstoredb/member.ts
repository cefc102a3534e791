// One member of the cluster double: a full node with a disk, a part to play, and faults of its own. The cluster moves it.
import { randomUUID } from 'node:crypto';
import type { Endpoint } from './endpoint.js';
import { Gate } from './gate.js';
import type { GossipMember, MemberState } from './gossip-plays.js';
import type { LogEvent } from './log.js';
import { newNode, viewOf, type AppendOutcome, type AppendRequest, type Node, type NodeLimits, type NodeView, type Standing } from './node.js';
import { Replica } from './replica.js';
import { serve, type Served } from './serve.js';

/** What tests see of a member, and do to it. A fault that is there already changes nothing. */
export interface ClusterMember {
  readonly index: number;
  readonly instanceId: string;
  /** Where clients reach it, and what gossip names. */
  readonly endpoint: Endpoint;
  /** `esdb://127.0.0.1:<port>?tls=false`: this member alone, without discovery. */
  readonly connectionString: string;
  /** What it takes itself for; SHUTDOWN when it was killed. */
  readonly state: MemberState;
  /** True while it takes itself for the leader; another member may do so too. */
  readonly isLeader: boolean;
  /** True while it is not killed, frozen or cut off from anybody. */
  readonly isWell: boolean;
  /** Clients that are connected now, also while it is frozen. */
  readonly connections: number;
  /** Log, faults and counts as those of a single double. */
  readonly double: NodeView;
  /** Everything on its disk; the end may be on no other member, and is behind what `double.log` shows. */
  readonly written: readonly LogEvent[];
  /** What it had written and cut off because the others did not have it. */
  readonly cutOff: readonly LogEvent[];
  /** The process is gone: connections are reset, new ones too. Its disk stays. */
  kill(): void;
  /** The process comes back. It joins the leader, which may make it cut off what only it has written. */
  start(): Promise<void>;
  /** The process stands still: it accepts connections and answers nothing, to clients and peers. */
  freeze(): void;
  /** It goes on where it stood, and may take itself for the leader until it hears of a newer one. */
  thaw(): void;
  /** Its peers do not hear it, nor it them. Clients do. */
  cutFromPeers(): void;
  healPeers(): void;
  /** Clients do not reach it. Silence: no byte moves. Refusal: connections are reset. */
  cutFromClients(how?: 'silence' | 'refusal'): void;
  healClients(): void;
  /** Ends whatever was done to it. */
  heal(): Promise<void>;
}

/** What a member knows of another. */
export interface Sight {
  state: MemberState;
  isAlive: boolean;
  /** By `performance.now()`. */
  heardAtMs: number;
}

/** What a member needs of its cluster. */
export interface Peers {
  /** Sends what a leader has written to those who follow it. */
  replicate(leader: Member): void;
  reaches(one: Member, other: Member): boolean;
  /** Members are looked at again at once. */
  changed(): void;
}

export interface MemberOptions extends NodeLimits {
  readonly index: number;
  /** Decides between logs that are equally complete: the highest leads. */
  readonly priority: number;
  readonly commitTimeoutMs: number;
  /** Until a member that ended itself is started again. */
  readonly restartMs: number;
  /** Members without a vote that gossip names. */
  readonly bystanders: readonly GossipMember[];
}

export class Member implements ClusterMember {
  readonly index: number;
  readonly priority: number;
  readonly instanceId = randomUUID();
  readonly replica: Replica;
  readonly double: NodeView;
  readonly cutOff: LogEvent[] = [];
  /** What it takes itself for. */
  role: 'UNKNOWN' | 'CATCHINGUP' | 'FOLLOWER' | 'LEADER' = 'UNKNOWN';
  leader: Member | undefined;
  /** How many events each follower has said that it has. A leader's. */
  readonly acknowledged = new Map<Member, number>();
  readonly sights = new Map<Member, Sight>();
  /** Since when it leads without a majority; undefined: it does not. */
  loneSinceMs: number | undefined;
  /** Since when it leads beside a newer leader that it could hear. */
  doubtedSinceMs: number | undefined;
  readonly node: Node;
  readonly #options: MemberOptions;
  readonly #peers: Peers;
  readonly #gate: Gate;
  #served: Served | undefined;
  /** Counts starts and kills, so that a start that was overtaken by a kill can tell. */
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

  /** Its process runs: its clocks go on. */
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

  /** As a server that finds that it has written what its leader has not: it exits, and cuts that off when it is started again. */
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
