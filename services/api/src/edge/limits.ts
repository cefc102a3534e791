// What the edge of the api has only so much of. Each limit is a named constant, shown by the status, and counted in the metrics.

/** The limits of one api, in the units that their comments name. */
export const EDGE_LIMITS = {
  /** Open connections. A further one takes the place of one that waits for a request, or is not accepted. */
  connections: 10_000,
  /** Connections beyond those, that health and metrics alone are answered on. */
  healthConnections: 16,
  /** Requests of one connection that wait for the answer to an earlier one. The next closes the connection. */
  waitingRequests: 16,
  /** Bytes of answers that clients have not taken, of all connections together. Beyond, those with most of them are closed. */
  unreadBytes: 256 * 1024 * 1024,
  /** Characters of large answers that are made and not taken, of all connections together. A further one is refused. */
  answerBytes: 256 * 1024 * 1024,
  /** Milliseconds that the headers of a request may take, and a new connection to send its first ones. */
  headersMs: 15_000,
  /** Milliseconds that a whole request may take to arrive: 10 MiB at 90 KB a second. */
  requestMs: 120_000,
  /** Milliseconds in which a client takes nothing of an answer, before its connection is closed. */
  stalledAnswerMs: 30_000,
  /** Answers with many leaves that wait for their turn to be written. */
  waitingAnswers: 64,
  /** Clients of the feed. */
  feedClients: 5_000,
  /** Reads of lists under way at once for one caller. */
  listReadsOfCaller: 4,
  /** Reads of lists under way at once. */
  listReads: 8,
  /** Reads of lists that wait for others to end. */
  waitingListReads: 64,
  /** Milliseconds that a read of a list waits for others to end. */
  listReadWaitMs: 2_000,
  /** Bytes of bodies that are received or parsed, of all requests together. */
  bodyBytes: 64 * 1024 * 1024,
} as const;

export type EdgeLimits = { readonly [K in keyof typeof EDGE_LIMITS]: number };

/** The limits that something can be used up of. */
const UNITS = {
  connections: 'connections',
  waitingRequests: 'requests of a connection',
  unreadBytes: 'bytes',
  answerBytes: 'bytes',
  waitingAnswers: 'requests',
  stalledAnswers: 'milliseconds',
  feedClients: 'clients',
  listReadsOfCaller: 'requests of a caller',
  listReads: 'requests',
  bodyBytes: 'bytes',
} as const;

export type LimitName = keyof typeof UNITS;

/** Where the limit is one of each connection, or a time: nothing of it is in use in all. */
const NOT_SHARED: ReadonlySet<LimitName> = new Set(['waitingRequests', 'stalledAnswers', 'listReadsOfCaller']);

/** What is in use of something that there is only so much of, and how often there was no more. */
export class Limit {
  readonly name: LimitName;
  readonly max: number;
  #inUse = 0;
  #refusals = 0;

  constructor(name: LimitName, max: number) {
    this.name = name;
    this.max = max;
  }

  get unit(): string {
    return UNITS[this.name];
  }

  /** Null where it is not shared. */
  get inUse(): number | null {
    return NOT_SHARED.has(this.name) ? null : this.#inUse;
  }

  get isUsedUp(): boolean {
    return this.#inUse >= this.max;
  }

  /** How often there was not enough, since the start. */
  get refusals(): number {
    return this.#refusals;
  }

  hasRoomFor(amount: number): boolean {
    return this.#inUse + amount <= this.max;
  }

  /** Takes an amount, or counts a refusal and answers false. */
  take(amount = 1): boolean {
    if (!this.hasRoomFor(amount)) {
      this.refuse();
      return false;
    }
    this.#inUse += amount;
    return true;
  }

  /** Takes an amount, whatever is left. */
  takeAnyway(amount: number): void {
    this.#inUse += amount;
  }

  give(amount = 1): void {
    this.#inUse -= amount;
  }

  /** What is in use, for what is measured and not taken. */
  measured(inUse: number): void {
    this.#inUse = inUse;
  }

  refuse(): void {
    this.#refusals += 1;
  }
}

/** The limits of one api, with what is in use. */
export class Edge {
  readonly #all: Limit[] = [];
  readonly limits: EdgeLimits;
  readonly connections: Limit;
  readonly waitingRequests: Limit;
  readonly unreadBytes: Limit;
  readonly answerBytes: Limit;
  readonly waitingAnswers: Limit;
  readonly stalledAnswers: Limit;
  readonly feedClients: Limit;
  readonly listReadsOfCaller: Limit;
  readonly listReads: Limit;
  readonly bodyBytes: Limit;

  constructor(limits: Partial<EdgeLimits> = {}) {
    this.limits = { ...EDGE_LIMITS, ...limits };
    const limit = (name: LimitName, max: number): Limit => {
      const made = new Limit(name, max);
      this.#all.push(made);
      return made;
    };
    this.connections = limit('connections', this.limits.connections);
    this.waitingRequests = limit('waitingRequests', this.limits.waitingRequests);
    this.unreadBytes = limit('unreadBytes', this.limits.unreadBytes);
    this.answerBytes = limit('answerBytes', this.limits.answerBytes);
    this.waitingAnswers = limit('waitingAnswers', this.limits.waitingAnswers);
    this.stalledAnswers = limit('stalledAnswers', this.limits.stalledAnswerMs);
    this.feedClients = limit('feedClients', this.limits.feedClients);
    this.listReadsOfCaller = limit('listReadsOfCaller', this.limits.listReadsOfCaller);
    this.listReads = limit('listReads', this.limits.listReads);
    this.bodyBytes = limit('bodyBytes', this.limits.bodyBytes);
  }

  /** All of them, in the order in which they are shown. */
  get all(): readonly Limit[] {
    return this.#all;
  }
}
