// From the document that was activated to the one that this node runs: places that need a restart, profiles, overrides, references, in this order.
import type { ResolutionReport } from '@confledger/contracts/http';
import { canonicalJson, type Document, type JsonValue } from '@confledger/document';
import {
  conditionsHold,
  laidOver,
  markedLeaves,
  profilesOf,
  referenceFlaws,
  resolveReferences,
  type Moment,
  type Profile,
} from '@confledger/resolution';
import { Secret } from '@confledger/secrets';
import type { NodeProblem } from '../errors.js';
import { LoadWatch, processLoad, type Load, type LoadSource } from './load-watch.js';
import { LocalOverrides, type OverridesOption } from './local-overrides.js';
import { ReferenceValues, type ReferencesOption, type Variables } from './reference-values.js';
import { holdPlaces } from './restart-places.js';
import { nearTo, View } from './view.js';

export interface ProfilesOption {
  /** Whether conditions on load are looked at; default false: a profile with one is never on. */
  readonly load?: boolean;
  /** The clock by which profiles are on; default is the system's. For tests. */
  readonly now?: () => Date;
}

export interface ResolverOptions {
  readonly environment: string;
  readonly references: ReferencesOption | undefined;
  readonly profiles: ProfilesOption | undefined;
  readonly overrides: OverridesOption | undefined;
  readonly variables: Variables;
  readonly load?: LoadSource;
}

/** What a status says of a resolution. A member is left out where it has nothing to say. */
export interface ResolutionNotes extends ResolutionReport {
  /** The load when it was last looked at, where a profile asks for it. */
  readonly load?: Load;
}

/** What an api is told. The load changes all the time, and is the node's own to show. */
export function reportedNotes({ load: _load, ...notes }: ResolutionNotes): ResolutionReport {
  return notes;
}

/** What kept a document from being resolved. */
export type ResolutionStep = 'profiles' | 'overrides' | 'references';

export type Resolution =
  | { readonly kind: 'resolved'; readonly view: View; readonly notes: ResolutionNotes }
  | { readonly kind: 'refused'; readonly problems: readonly NodeProblem[]; readonly by: ResolutionStep };

/** What an activation says beside its document. */
export interface ToResolve {
  readonly document: Document;
  /** Globs of places that a running node must not pick up live. */
  readonly restart: readonly string[];
}

/** Paths that one status lists. */
export const NOTED_PATHS_MAX = 100;

export class NodeResolver {
  readonly #options: ResolverOptions;
  readonly #references: ReferenceValues | null;
  readonly #overrides: LocalOverrides | null;
  readonly #load: LoadWatch | null;
  /** What this process ran first: what needs a restart stays as it was there. */
  #first: { readonly document: Document; readonly view: View } | null = null;
  /** Documents that were resolved since `begin`, with the profiles that were on. */
  #looked: { readonly document: Document; readonly on: string }[] = [];
  #unused: readonly string[] = [];

  constructor(options: ResolverOptions) {
    const { references, overrides, profiles, variables, load } = options;
    this.#options = options;
    this.#references = references === undefined ? null : new ReferenceValues(references, variables);
    this.#overrides = overrides === undefined ? null : new LocalOverrides(overrides, variables);
    this.#load = profiles?.load === true ? new LoadWatch(load ?? processLoad()) : null;
  }

  /** Whether what a document means here can change while the document does not. */
  get isLive(): boolean {
    const { references, profiles, overrides } = this.#options;
    return references !== undefined || profiles !== undefined || overrides !== undefined;
  }

  /** Variables of overrides that named no place at the last resolution. */
  get unusedOverrides(): readonly string[] {
    return this.#unused;
  }

  /** The first snapshot of this process runs. */
  started(document: Document, view: View): void {
    this.#first ??= { document, view };
  }

  /** Resolutions begin: what they use is what `haveChanged` looks at. */
  begin(): void {
    this.#references?.begin();
    this.#looked = [];
  }

  /** `near`: the view that runs; what does not change keeps its objects. */
  resolve(what: ToResolve, near: View | null): Resolution {
    const { restart } = what;
    const held = this.#first === null ? { document: what.document, pending: [] } : holdPlaces(this.#first.document, what.document, restart);
    const profiled = this.#profiled(held.document);
    if ('problems' in profiled) return { kind: 'refused', by: 'profiles', problems: profiled.problems };
    const overridden = this.#overridden(profiled.document);
    if (overridden.problems.length > 0) return { kind: 'refused', by: 'overrides', problems: overridden.problems };
    const referred = this.#referred(overridden.document);
    if ('problems' in referred) return { kind: 'refused', by: 'references', problems: referred.problems };
    const fetched = this.#heldAsFetched(referred.document, restart);
    const clear = nearTo(near?.clear ?? null, fetched.document);
    const secrets = secretsOf(clear, [...overridden.secrets, ...referred.secrets], [near, this.#first?.view ?? null]);
    const notes = notesOf({
      unreadReferences: this.#references === null ? markedLeaves(what.document).length : 0,
      unresolved: referred.unresolved,
      profiles: profiled.on.map(({ name }) => name),
      load: this.#load !== null && usesLoad(profiled.all) ? this.#load.load : null,
      overridden: overridden.paths,
      pendingRestart: [...new Set([...held.pending, ...fetched.pending])].sort(),
    });
    return { kind: 'resolved', view: new View(clear, secrets), notes };
  }

  /** Whether what was resolved since `begin` means something else now. */
  async haveChanged(): Promise<boolean> {
    this.#load?.sample(performance.now());
    if (this.#overrides?.haveChanged() === true) return true;
    if (this.#looked.some(({ document, on }) => namesOf(this.#profilesOn(document)) !== on)) return true;
    return (await this.#references?.haveChanged()) ?? false;
  }

  #profilesOn(document: Document): readonly Profile[] {
    const { profiles, environment } = this.#options;
    if (profiles === undefined) return [];
    const moment: Moment = {
      environment,
      nowMs: (profiles.now?.() ?? new Date()).getTime(),
      isLoaded: (limits) => this.#load?.isLoaded(limits) ?? false,
    };
    return profilesOf(document).all.filter(({ conditions }) => conditionsHold(conditions, document, moment));
  }

  #profiled(
    document: Document,
  ):
    | { readonly document: Document; readonly on: readonly Profile[]; readonly all: readonly Profile[] }
    | { readonly problems: readonly NodeProblem[] } {
    if (this.#options.profiles === undefined) return { document, on: [], all: [] };
    const { all, flaws } = profilesOf(document);
    if (flaws.length > 0) return { problems: flaws.map(({ path, message }) => ({ path, message })) };
    const on = this.#profilesOn(document);
    this.#looked.push({ document, on: namesOf(on) });
    return { document: laidOver(document, on), on, all };
  }

  #overridden(document: Document) {
    if (this.#overrides === null) return { document, paths: [], secrets: [], problems: [] };
    const { changes, secrets, problems, unused } = this.#overrides.of(document);
    this.#unused = unused;
    return { document: document.apply(changes), paths: changes.map(({ path }) => path).sort(), secrets: [...secrets], problems };
  }

  #referred(
    document: Document,
  ):
    | { readonly document: Document; readonly secrets: readonly string[]; readonly unresolved: readonly string[] }
    | { readonly problems: readonly NodeProblem[] } {
    if (this.#references === null) return { document, secrets: [], unresolved: [] };
    const references = this.#references;
    // A path that gives nothing is said where it is resolved, with its default.
    const flaws = referenceFlaws(document).filter(({ kind }) => kind !== 'unresolved');
    const isStrict = this.#options.references?.strict !== false;
    if (flaws.length > 0 && (isStrict || flaws.some(({ kind }) => kind !== 'malformed')))
      return { problems: flaws.map(({ path, message }) => ({ path, message })) };
    const { changes, secrets, unresolved } = resolveReferences(document, (reference) => references.fetch(reference));
    if (unresolved.length > 0 && isStrict) return { problems: unresolved };
    return { document: document.apply(changes), secrets: [...secrets], unresolved: unresolved.map(({ path }) => path) };
  }

  /** What needs a restart keeps what was fetched for it, too. */
  #heldAsFetched(document: Document, restart: readonly string[]) {
    return this.#first === null ? { document, pending: [] } : holdPlaces(this.#first.view.clear, document, restart);
  }
}

const namesOf = (profiles: readonly Profile[]): string => profiles.map(({ name }) => name).join();

const usesLoad = (profiles: readonly Profile[]): boolean => profiles.some(({ conditions }) => conditions?.load != null);

/** A secret that has the same value as before, at the same path, stays the same object. */
function secretsOf(clear: Document, paths: readonly string[], views: readonly (View | null)[]): ReadonlyMap<string, Secret<JsonValue>> {
  const secrets = new Map<string, Secret<JsonValue>>();
  for (const path of new Set(paths)) {
    const value = clear.valueAt(path);
    if (value === undefined) continue;
    const kept = views.map((view) => view?.secrets.get(path)).find((secret) => secret !== undefined && isSame(secret.reveal(), value));
    secrets.set(path, kept ?? new Secret(value));
  }
  return secrets;
}

const isSame = (one: JsonValue, other: JsonValue): boolean => one === other || canonicalJson(one) === canonicalJson(other);

/** Without what has nothing to say: a node that resolves nothing says what it always did. */
function notesOf(found: {
  readonly unreadReferences: number;
  readonly unresolved: readonly string[];
  readonly profiles: readonly string[];
  readonly load: Load | null;
  readonly overridden: readonly string[];
  readonly pendingRestart: readonly string[];
}): ResolutionNotes {
  const { unreadReferences, load, profiles } = found;
  const listed = (paths: readonly string[]): readonly string[] => paths.slice(0, NOTED_PATHS_MAX);
  return {
    ...(unreadReferences > 0 && { unreadReferences }),
    ...(found.unresolved.length > 0 && { unresolved: listed(found.unresolved) }),
    ...(profiles.length > 0 && { profiles: listed(profiles) }),
    ...(load !== null && { load }),
    ...(found.overridden.length > 0 && { overridden: listed(found.overridden) }),
    ...(found.pendingRestart.length > 0 && { pendingRestart: listed(found.pendingRestart) }),
  };
}
