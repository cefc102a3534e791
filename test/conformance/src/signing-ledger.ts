// A ledger whose activations are signed as an installation signs them, without an installation. For the feed's suite and the SDK's specs.
import type { ActiveDocument } from '@confledger/application';
import { activationMarker, activationStatement, type ActivationMarker, type FeedLeaf } from '@confledger/contracts';
import { differencesToChanges, Document, type JsonObject } from '@confledger/document';
import { SigningKey } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';

export { SigningKey };

export class SigningLedger {
  readonly name: string;
  readonly origin: string;
  readonly key: SigningKey;
  #newest: ActiveDocument | null = null;

  constructor(name = 'production.trading-engine', key = new SigningKey(), origin: string = randomUUID()) {
    this.name = name;
    this.key = key;
    this.origin = origin;
  }

  get newest(): ActiveDocument | null {
    return this.#newest;
  }

  /** Makes this the active document: a version, then its activation, as one revision each. */
  activate(json: JsonObject): ActiveDocument {
    const made = Document.from(json);
    if (!made.ok) throw new Error(made.problem.message);
    const before = this.#newest;
    const document = before === null ? made.value : before.document.apply(differencesToChanges(before.document.diff(made.value)));
    const version = (before?.activation ?? 0) + 1;
    this.#newest = this.sign({ activation: version + 1, version, previous: before?.version ?? null, document });
    return this.#newest;
  }

  /** Signs whatever it is told, as a ledger never would: for lies. */
  sign({
    activation,
    version,
    previous,
    document,
  }: Pick<ActiveDocument, 'activation' | 'version' | 'previous' | 'document'>): ActiveDocument {
    const { keyId } = this.key;
    const statement = { keyId, origin: this.origin, activation, version, previous, digest: document.digest };
    const signature = this.key.sign(activationStatement(this.name, statement));
    return { ...statement, ledger: this.name, signature, actor: 'operator', occurredAt: new Date().toISOString(), document };
  }
}

/** The marker that a feed sends for an activation. */
export function markerOf(active: ActiveDocument, changes = active.document.leafCount): ActivationMarker {
  return activationMarker(active, changes);
}

/** Every leaf of an activation, as a feed sends them to a new reader. */
export function leavesOf(active: ActiveDocument): FeedLeaf[] {
  return Array.from(active.document.leaves(), ({ path, value }) => ({ path, value, version: active.version }));
}

/** What a feed sends to a reader that has the activation before: removals first. */
export function differencesOf(before: ActiveDocument, active: ActiveDocument): FeedLeaf[] {
  const leaves = before.document.diff(active.document).map(({ path, after }): FeedLeaf => {
    const { version } = active;
    return after === undefined ? { path, version, removed: true } : { path, version, value: after };
  });
  return [...leaves.filter((leaf) => 'removed' in leaf), ...leaves.filter((leaf) => !('removed' in leaf))];
}
