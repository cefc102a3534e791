// What every ledger runs, over what: who has to look again when a ledger or an environment changed. Made from what the read model says, then
// kept by the log.
import { descendantsOf, follows, LedgerId, type Ancestor, type EnvironmentFact, type Environments, type Layer } from '@confledger/domain';

/** Which activation of which ledger a layer is. */
export type LayerName = Pick<Layer, 'ledger' | 'activation'>;

/** What a ledger runs. */
export interface RunningLedger {
  /** `<environment>.<service>` */
  readonly ledger: string;
  readonly activation: number;
  readonly layers: readonly LayerName[];
  readonly pinned: boolean;
  readonly definition: number | null;
  /** A retired ledger follows no more, and gives no layer to those below it. */
  readonly retired: boolean;
}

/** The environments as they are known now. */
export interface KnownEnvironments {
  readonly state: Environments | null;
  known(name: string): EnvironmentFact | null;
}

export class InheritanceIndex {
  readonly #running = new Map<string, RunningLedger>();
  readonly #environments: KnownEnvironments;

  constructor(environments: KnownEnvironments) {
    this.#environments = environments;
  }

  get(ledger: string): RunningLedger | undefined {
    return this.#running.get(ledger);
  }

  /** Takes note of an activation; an older one than is known changes nothing. */
  put(running: RunningLedger): void {
    const known = this.#running.get(running.ledger);
    if (known === undefined || known.activation < running.activation) this.#running.set(running.ledger, running);
  }

  /** A ledger was retired, or restored. */
  retire(ledger: string, retired: boolean): void {
    const running = this.#running.get(ledger);
    if (running !== undefined) this.#running.set(ledger, { ...running, ...{ retired } });
  }

  /** Every ledger whose layers are not the newest ones although it follows them by itself. */
  *behind(): Generator<string> {
    for (const running of this.#running.values()) if (this.#isBehind(running)) yield running.ledger;
  }

  /** The ledgers below one that are behind. */
  *behindBelow(ledger: LedgerId): Generator<string> {
    const { state } = this.#environments;
    if (state === null) return;
    for (const environment of descendantsOf(state, ledger.environment)) {
      const below = this.#running.get(LedgerId.of(environment, ledger.service).text);
      if (below !== undefined && this.#isBehind(below)) yield below.ledger;
    }
  }

  isBehind(ledger: string): boolean {
    const running = this.#running.get(ledger);
    return running !== undefined && this.#isBehind(running);
  }

  /** The newest activations of a ledger's parents, as far as is known. */
  newestLayers(ledger: string): readonly LayerName[] {
    const id = LedgerId.parse(ledger);
    const fact = id === null ? null : this.#environments.known(id.environment);
    return id === null || fact === null ? [] : this.#layers(id.service, fact.ancestors);
  }

  #isBehind({ ledger, layers, pinned, definition, retired }: RunningLedger): boolean {
    if (retired) return false;
    const id = LedgerId.parse(ledger);
    const fact = id === null ? null : this.#environments.known(id.environment);
    if (id === null || fact === null || !follows({ pinned, definition }, fact)) return false;
    return !areSame(layers, this.#layers(id.service, fact.ancestors));
  }

  /** Where an ancestor runs nothing of the service, its own ancestors stand in its place. */
  #layers(service: string, ancestors: readonly Ancestor[]): LayerName[] {
    return ancestors.flatMap(({ name, parents }) => {
      const running = this.#running.get(LedgerId.of(name, service).text);
      return running === undefined || running.retired
        ? this.#layers(service, parents)
        : [{ ledger: running.ledger, activation: running.activation }];
    });
  }
}

function areSame(one: readonly LayerName[], other: readonly LayerName[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ ledger, activation }, index) => other[index]?.ledger === ledger && other[index]?.activation === activation)
  );
}
