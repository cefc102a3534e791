// Resolves and judges an activation whole, beside what runs: it is accepted as it would run, or rejected with every problem.
import type { ActivationMarker } from '@confledger/contracts';
import type { Document } from '@confledger/document';
import type { CategorySet, JudgedCategories } from './category-set.js';
import type { ChangeEvent } from './change-listeners.js';
import type { NodeProblem } from './errors.js';
import type { Handles } from './handles.js';
import type { NodeResolver, ResolutionNotes, ResolutionStep } from './resolving/node-resolver.js';
import type { View } from './resolving/view.js';
import type { Judged, Judgement, SchemaSet } from './schema-set.js';

/** An activation with its document, as the ledger holds it. */
export interface Activated {
  readonly marker: ActivationMarker;
  readonly document: Document;
}

export interface Running extends Activated {
  /** What the document means here and now. */
  readonly view: View;
  readonly notes: ResolutionNotes;
}

/** Why an activation is not run, or what runs is not brought up to date. */
export interface Rejection {
  readonly version: number | null;
  readonly activation: number | null;
  readonly problems: readonly NodeProblem[];
  readonly by: 'schemas' | 'trust' | ResolutionStep;
  /** What was refused holds values that only a restart would change. */
  readonly isMixture: boolean;
}

/** What schemas and categories made of a document. */
export interface JudgedWhole {
  readonly schemas: ReadonlyMap<string, Judged>;
  readonly categories: JudgedCategories;
}

/** What became of resolving and judging an activation. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly running: Running; readonly judged: JudgedWhole }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

export interface AttemptsParts {
  readonly resolver: NodeResolver;
  readonly schemas: SchemaSet;
  readonly categories: CategorySet;
  readonly handles: Handles;
  /** Called with a variable that should override something and names no place; once each. */
  readonly onUnusedOverride: (name: string) => void;
}

export class Attempts {
  readonly #parts: AttemptsParts;
  readonly #unusedOverrides = new Set<string>();
  #asynchronousSchema: string | null = null;

  constructor(parts: AttemptsParts) {
    this.#parts = parts;
  }

  /** The path of a schema that answered with a promise. */
  get asynchronousSchema(): string | null {
    return this.#asynchronousSchema;
  }

  of({ marker, document }: Activated, running: Running | null): Outcome {
    const { resolver, schemas, categories, handles } = this.#parts;
    const resolution = resolver.resolve({ document, restart: marker.restart ?? [] }, running?.view ?? null);
    for (const name of resolver.unusedOverrides) this.#reportUnused(name);
    if (resolution.kind === 'refused') return rejected(marker, resolution);
    const { view, notes } = resolution;
    const [bySchemas, byCategories] = [schemas.judge(view, handles.judged), categories.judge(view, handles.categories)];
    if (bySchemas.kind === 'asynchronous') this.#asynchronousSchema = bySchemas.path;
    if (bySchemas.kind === 'accepted' && byCategories.kind === 'accepted') {
      const judged = { schemas: bySchemas.judged, categories: byCategories.judged };
      return { kind: 'accepted', running: { marker, document, view, notes }, judged };
    }
    const problems = [...problemsOf(bySchemas), ...(byCategories.kind === 'refused' ? byCategories.problems : [])];
    return rejected(marker, { by: 'schemas', problems, isMixture: notes.pendingRestart !== undefined });
  }

  #reportUnused(name: string): void {
    if (this.#unusedOverrides.has(name)) return;
    this.#unusedOverrides.add(name);
    this.#parts.onUnusedOverride(name);
  }
}

function rejected(
  { version, activation }: ActivationMarker,
  {
    by,
    problems,
    isMixture = false,
  }: { readonly by: Rejection['by']; readonly problems: readonly NodeProblem[]; readonly isMixture?: boolean },
): Outcome {
  return { kind: 'rejected', rejection: { version, activation, problems, by, isMixture } };
}

function problemsOf(judgement: Judgement): readonly NodeProblem[] {
  if (judgement.kind === 'accepted') return [];
  return judgement.kind === 'refused' ? judgement.problems : [{ path: judgement.path, message: 'the schema is asynchronous' }];
}

/** What listeners are told of the swap from one to the other. */
export function changeOf(before: Running, { marker, view }: Running): ChangeEvent {
  const { version, activation, actor, occurredAt } = marker;
  const cause = before.marker === marker ? 'resolution' : 'activation';
  return { cause, version, activation, previous: before.marker.version, actor, activatedAt: occurredAt, changes: before.view.diff(view) };
}
