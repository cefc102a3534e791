// What specs of ledgers that inherit are written with: environments, parents' activations, and the activations that stand on them.
import { Document, type JsonObject } from '@confledger/document';
import {
  effectiveDocument,
  UNKEPT_ENVIRONMENT,
  withoutLayers,
  type Ancestor,
  type DraftEvent,
  type EnvironmentFact,
  type UnsignedActivation,
} from '../../../packages/domain/src/index.js';
import { activated, baseOf, type Parent } from './ledger-spec.js';

export function documentOf(json: JsonObject): Document {
  const document = Document.from(json);
  if (!document.ok) throw new Error(document.problem.message);
  return document.value;
}

export const digestOf = (json: JsonObject): string => documentOf(json).digest;

/** The revision of `environments` at which the definitions of `inheriting` stand. */
export const DEFINITION = 7;

type Trees = readonly (string | readonly [string, Trees])[];

/** Trees of names, each with its parents: `['near', ['mid', ['far']]]`. */
export function ancestors(trees: Trees): readonly Ancestor[] {
  return trees.map((tree) => (typeof tree === 'string' ? { name: tree, parents: [] } : { name: tree[0], parents: ancestors(tree[1]) }));
}

/** An environment with these ancestors since `DEFINITION`, and others before: none by default. */
export function inheriting(
  trees: Trees,
  more: Partial<Omit<EnvironmentFact, 'policy'>> & { readonly policy?: Partial<EnvironmentFact['policy']>; readonly before?: Trees } = {},
): EnvironmentFact {
  const { before = [], policy, ...members } = more;
  const definition = members.definition ?? DEFINITION;
  const since = { now: ancestors(trees), before: ancestors(before) };
  return {
    ...UNKEPT_ENVIRONMENT,
    ancestors: since.now,
    hasInherited: trees.length + before.length > 0,
    ancestorsAt: (revision) => (revision === null ? [] : revision >= DEFINITION ? since.now : since.before),
    ...members,
    definition,
    policy: { ...UNKEPT_ENVIRONMENT.policy, ...policy },
  };
}

/** What a parent runs with an activation. */
export function parent(environment: string, activation: number, json: JsonObject, origin = `origin of ${environment}`): Parent {
  const document = documentOf(json);
  const layer = { ledger: `${environment}.trading-engine`, origin, activation, version: activation - 1, digest: document.digest };
  return { layer, document };
}

type Data = UnsignedActivation['data'];

export interface OverParents extends Omit<Data, 'digest' | 'pending'> {
  readonly pending?: number;
  readonly previousActivation: number | null;
  /** The own document. */
  readonly own: JsonObject;
  /** Nearest first. None by default. */
  readonly parents?: readonly Parent[];
  /** False by default. */
  readonly pinned?: boolean;
  /** `DEFINITION` by default. */
  readonly definition?: number | null;
}

/** An activation of form 2: the own document over what parents ran. */
export function overParents(what: OverParents): DraftEvent {
  const { own: json, parents = [], pinned = false, definition = DEFINITION, previousActivation, pending = 0, ...data } = what;
  const own = documentOf(json);
  const { digest } = effectiveDocument(own, baseOf(parents).document);
  const layered = { ...withoutLayers(own.digest), layers: parents.map(({ layer }) => layer), pinned, definition };
  return activated({ ...data, digest, pending }, { form: 2, previousActivation, ...layered });
}
