// Which versions or activations of a ledger a proposed schema would have refused. The history is folded once; a document is judged only where
// what stands below the mount is another than before.
import { globSegments, type Document, type DocumentNode } from '@confledger/document';
import {
  activeLayers,
  documentToRun,
  emptyStream,
  followAll,
  ledgerAggregate,
  layersKey,
  mountOf,
  refuse,
  schemaRefusal,
  type EnvironmentFact,
  type Ledger,
  type LedgerId,
  type LedgerRefusal,
  type LedgerStream,
  type Rule,
  type Violation,
} from '@confledger/domain';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import type { SchemaJudge } from '../ports/schemas.js';
import { ranOf } from './active-document.js';
import type { Layering } from './layering.js';
import type { LedgerReader } from './ledger-versions.js';
import type { WhatIf, WhatIfLine, WhatIfOutcome } from './ledger-rules.js';

/** Versions or activations between two lines that say how far it is. */
export const WHAT_IF_PROGRESS_EVERY = 5_000;

/** What is judged in one turn of the event loop, in milliseconds: others wait for so long. */
const TURN_MS_MAX = 10;

/** Violations that a line shows. */
export const WHAT_IF_ERRORS_MAX = 10;

export interface WhatIfTools {
  readonly reader: LedgerReader;
  readonly layering: Layering;
  readonly judge: Pick<SchemaJudge, 'examine' | 'judge' | 'judgeNow'>;
  readonly environmentOf: (id: LedgerId) => Promise<EnvironmentFact>;
}

/** One run at a time in a process: each reads and folds a whole history. */
export class WhatIfs {
  readonly #tools: WhatIfTools;
  /** The run that is not over. */
  #running: Run | null = null;

  constructor(tools: WhatIfTools) {
    this.#tools = tools;
  }

  async start(id: LedgerId, asked: WhatIf, signal: AbortSignal): Promise<WhatIfOutcome> {
    const rule = await this.#ruleOf(asked);
    if ('code' in rule) return { kind: 'refused', refusal: rule };
    const environment = await this.#tools.environmentOf(id);
    const { stream } = await this.#tools.reader.end(id);
    if (stream.state === null) return { kind: 'refused', refusal: unknown(id) };
    if (this.#running !== null) return { kind: 'refused', refusal: running() };
    const run = new Run({ ...this.#tools, ...{ id, asked, rule, environment, signal, upTo: stream.revision } });
    if (!signal.aborted) this.#running = run;
    // Nobody may ever ask for its first line.
    signal.addEventListener('abort', () => this.#ended(run), { once: true });
    return { kind: 'answering', lines: this.#lines(run) };
  }

  async *#lines(run: Run): AsyncGenerator<WhatIfLine> {
    try {
      yield* run.lines();
    } finally {
      this.#ended(run);
    }
  }

  #ended(run: Run): void {
    if (this.#running === run) this.#running = null;
  }

  async #ruleOf({ mount, dialect, schema }: WhatIf): Promise<Rule | LedgerRefusal> {
    const place = mountOf(mount);
    if (typeof place !== 'string') return place;
    const examined = await this.#tools.judge.examine({ dialect, schema });
    if (examined.kind === 'refused') return schemaRefusal(place, examined.problems);
    return { mount: place, dialect, schema, origin: { kind: 'own', revision: -1 } };
  }
}

interface RunOptions extends WhatIfTools {
  readonly id: LedgerId;
  readonly asked: WhatIf;
  readonly rule: Rule;
  readonly environment: EnvironmentFact;
  readonly signal: AbortSignal;
  /** The last revision that is looked at. */
  readonly upTo: number;
}

interface Stretch {
  readonly from: number;
  to: number;
  ran: number;
  readonly violations: readonly Violation[];
  readonly key: string;
}

class Run {
  readonly #options: RunOptions;
  /** Segments of the mount down to its first wildcard. */
  readonly #above: readonly string[];
  #stretch: Stretch | null = null;
  #looked = 0;
  #refused = 0;
  /** What stood at the place above the mount when it was judged last, and what was found. */
  #last: { readonly node: DocumentNode | undefined; readonly violations: readonly Violation[] } | null = null;

  constructor(options: RunOptions) {
    this.#options = options;
    const segments = globSegments(options.rule.mount);
    const names = segments.ok ? segments.value : [];
    const wildcard = names.indexOf(null);
    this.#above = (wildcard < 0 ? names : names.slice(0, wildcard)).filter((name) => name !== null);
  }

  async *lines(): AsyncGenerator<WhatIfLine> {
    let turnMs = performance.now();
    for await (const { number, document } of this.#documents()) {
      this.#looked += 1;
      if (performance.now() - turnMs > TURN_MS_MAX) {
        await nextTurn();
        this.#options.signal.throwIfAborted();
        turnMs = performance.now();
      }
      const line = this.#take(number, await this.#violations(document));
      if (line !== null) yield line;
      if (this.#looked % WHAT_IF_PROGRESS_EVERY === 0) yield { kind: 'progress', looked: this.#looked, upTo: number };
    }
    if (this.#stretch !== null) yield lineOf(this.#stretch);
    yield { kind: 'end', looked: this.#looked, refused: this.#refused };
  }

  /** Every version or activation that is asked for, with its effective document, oldest first. */
  async *#documents(): AsyncGenerator<{ readonly number: number; readonly document: Document }> {
    const { asked, reader, id, upTo, signal } = this.#options;
    const { from = 0, to = Number.MAX_SAFE_INTEGER } = asked;
    let stream: LedgerStream = emptyStream(id.stream);
    for (let next = 0; next <= upTo;) {
      const page = await reader.events(id, next, Math.min(PAGE_EVENTS, upTo - next + 1));
      if (page.length === 0) return;
      for (const event of page) {
        const before = stream.state;
        stream = followAll(ledgerAggregate.apply, stream, [event]);
        const number = stream.state === null || stream.state === before ? null : this.#numberOf(before, stream.state);
        if (number !== null && number > to) return;
        if (number !== null && number >= from && stream.state !== null) yield { number, document: await this.#documentOf(stream.state) };
      }
      next += page.length;
      // Other commands and probes are answered between two pages.
      await nextTurn();
      signal.throwIfAborted();
    }
  }

  #numberOf(before: Ledger | null, { head, active }: Ledger): number | null {
    if (this.#options.asked.of === 'activations')
      return active !== null && active.activation !== before?.active?.activation ? active.activation : null;
    return head.version !== null && head.version !== before?.head.version ? head.version : null;
  }

  /** A version is laid over what ran at that time. */
  async #documentOf(ledger: Ledger): Promise<Document> {
    const { layering, id, asked, environment } = this.#options;
    const { active, head } = ledger;
    if (asked.of === 'activations' && active !== null) return layering.documentOf(id, ranOf(active), active);
    const layers = active === null ? [] : activeLayers(active).layers;
    const document = layering.laidIfKept(layersKey(layers)) ?? (await layering.laid(layers));
    const base = { layers, document, rules: [] };
    return documentToRun(ledger, { own: head.document, head: head.document, base }, environment).document;
  }

  async #violations(document: Document): Promise<readonly Violation[]> {
    const node = this.#above.length === 0 ? document.root : document.nodeAt(this.#above);
    if (this.#last !== null && this.#last.node === node) return this.#last.violations;
    const { judge, rule, environment } = this.#options;
    const judged = { rules: [rule], document, isAbstract: environment.abstract, hasReferences: false };
    const { violations } = judge.judgeNow(judged) ?? (await judge.judge(judged));
    this.#last = { node, violations };
    return violations;
  }

  /** The stretch that ends before this one; null while it goes on. */
  #take(number: number, violations: readonly Violation[]): WhatIfLine | null {
    if (violations.length > 0) this.#refused += 1;
    const key = violations.map(({ identity }) => identity).join();
    const stretch = this.#stretch;
    if (stretch !== null && stretch.key === key) {
      stretch.to = number;
      stretch.ran += 1;
      return null;
    }
    this.#stretch = { from: number, to: number, ran: 1, violations, key };
    return stretch && lineOf(stretch);
  }
}

const lineOf = ({ from, to, ran, violations }: Stretch): WhatIfLine => {
  return { kind: 'stretch', from, to, ran, errors: violations.slice(0, WHAT_IF_ERRORS_MAX), count: violations.length };
};

function unknown({ text }: LedgerId): LedgerRefusal {
  return refuse('LEDGER_UNKNOWN', null, `There is no ledger ${text}`, 'Check service and environment, or write its first value');
}

function running(): LedgerRefusal {
  const message = 'Another what-if is running in this api: one at a time reads and judges a whole history';
  return refuse('WHAT_IF_RUNNING', null, message, 'Wait for it, or end its connection, then try again');
}
