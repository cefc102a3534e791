// What a decision asks for before it answers: everything that it can name, at once.
import type { Decision, DecisionContext, Need } from '../stream/aggregate.js';
import type { EventSource } from '../stream/events.js';
import type { LedgerRefusal } from './commands.js';
import type { DraftEvent } from './events.js';
import type { LedgerNotes } from './notes.js';
import type { LedgerTypes } from './ledger-types.js';
import { statementNeed } from './statement-fact.js';

type LedgerDecision = Decision<LedgerTypes>;

/** What goes with the events of a decision. */
export interface DoneWith {
  /** The revision that the command's word meant. */
  readonly meant?: number | null;
  readonly source?: EventSource | undefined;
  readonly notes?: LedgerNotes | undefined;
}

export class Asked {
  readonly context: DecisionContext<LedgerTypes>;
  readonly #needs: Need<LedgerTypes>[] = [];
  #isAhead = false;

  constructor(context: DecisionContext<LedgerTypes>) {
    this.context = context;
  }

  /** A fact; undefined where it must be loaded first. */
  get<Sort extends keyof LedgerTypes['facts']>(
    sort: Sort,
    key: string | number,
    subject?: unknown,
  ): LedgerTypes['facts'][Sort] | undefined {
    const found = this.context.facts.get(sort, key, subject);
    const isAsked = this.#needs.some((need) => need.sort === sort && need.key === key);
    if (found === undefined && !isAsked) this.#needs.push({ sort, key, subject, ...(this.#isAhead && { isAhead: true }) });
    return found;
  }

  /** The ledger's environment, which every decision asks for first; undefined where it must be loaded. */
  get environment(): LedgerTypes['facts']['environment'] | undefined {
    const { facts, id } = this.context;
    return facts.get('environment', id.environment);
  }

  /** Asks for what an activation is signed with; whoever makes one finds it among the facts. */
  askStatement(): void {
    const { sort, key } = statementNeed(this.context.id);
    this.get(sort, key);
  }

  /** Asks for facts that may turn out not to be needed. */
  ahead(ask: () => unknown): void {
    this.#isAhead = true;
    ask();
    this.#isAhead = false;
  }

  /** Whether something must be loaded before there is an answer. */
  get isWaiting(): boolean {
    return this.#needs.length > 0;
  }

  /** What must be loaded. `meant`: the revision that the command's word means. */
  needs(meant: number | null = null): LedgerDecision {
    return { kind: 'needs', needs: this.#needs, meant };
  }

  refused(refusal: LedgerRefusal): LedgerDecision {
    return { kind: 'refused', refusal };
  }

  /** Events, nothing where there are none, or a refusal. */
  done(events: readonly DraftEvent[] | LedgerRefusal, { meant = null, source, notes }: DoneWith = {}): LedgerDecision {
    if ('code' in events) return this.refused(events);
    if (events.length === 0) return { kind: 'nothing', meant };
    if (source === undefined && notes === undefined) return { kind: 'accepted', events, meant };
    return { kind: 'accepted', events, meant, ...(source && { source }), ...(notes && { notes }) };
  }
}
