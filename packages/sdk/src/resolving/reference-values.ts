// Fetches what references name, as far as this node allows it: variables and files.
import type { Fetched, Reference } from '@confledger/resolution';
import { isSecretName } from '@confledger/secrets';
import { isAllowedName } from './allowed.js';
import { FileValues } from './file-values.js';

/** What references may fetch. An empty object allows what the defaults say. */
export interface ReferencesOption {
  /** Names of environment variables, as globs; default `CONFLEDGER_REF_*`. */
  readonly env?: readonly string[];
  /** Absolute paths of files, as globs: `*` within a name, `**` for any folders; default `/run/secrets/**`. */
  readonly files?: readonly string[];
  /**
   * Whether a snapshot with a reference that cannot be resolved is refused; default true. Otherwise its string stays as it is written, and
   * `status.unresolved` names it.
   */
  readonly strict?: boolean;
}

export const ENV_ALLOWED: readonly string[] = ['CONFLEDGER_REF_*'];
export const FILES_ALLOWED: readonly string[] = ['/run/secrets/**'];

/** The variables of the process, or those of a test. */
export type Variables = Readonly<Record<string, string | undefined>>;

export class ReferenceValues {
  readonly #env: readonly string[];
  readonly #files: FileValues;
  readonly #variables: Variables;
  #used = new Map<string, string | undefined>();

  constructor({ env = ENV_ALLOWED, files = FILES_ALLOWED }: ReferencesOption, variables: Variables) {
    this.#env = env;
    this.#files = new FileValues(files);
    this.#variables = variables;
  }

  /** A resolution begins: what it fetches is what `haveChanged` looks at. */
  begin(): void {
    this.#used = new Map();
    this.#files.begin();
  }

  fetch({ scheme, name }: Reference): Fetched {
    if (scheme === 'file') return this.#files.read(name);
    if (scheme === 'env') return this.#variable(name);
    return { kind: 'refused', why: 'cannot be used: this release has no credentials' };
  }

  async haveChanged(): Promise<boolean> {
    for (const [name, text] of this.#used) if (this.#variables[name] !== text) return true;
    return this.#files.haveChanged();
  }

  #variable(name: string): Fetched {
    if (!isAllowedName(this.#env, name)) return { kind: 'refused', why: 'is not among the variables that this node allows' };
    const text = this.#variables[name];
    this.#used.set(name, text);
    return text === undefined ? { kind: 'unset' } : { kind: 'found', text, isSecret: isSecretName([name]) };
  }
}
