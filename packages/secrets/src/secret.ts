// The object that holds a secret value. Whatever prints, copies or compares it meets a mask; only `reveal()` gives the value.

/** Also of objects of another copy of this package: `instanceof` would not know them. */
const BRAND = Symbol.for('confledger.secret');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What stands where a secret would be printed. */
export const SECRET_MASK = '[secret]';

/** Random bytes of an id: two values never get the same. */
const ID_BYTES = 16;

/**
 * A value that must not be shown. It is frozen. `$sealed` names the value without saying anything of it: two secrets with the same name are the
 * same, others differ, so that a comparison of clones sees a rotation. A clone (`structuredClone`, `postMessage`) has the name only.
 */
export class Secret<T = unknown> {
  readonly $sealed: string;
  readonly #value: T;

  /** `value` must be deep-frozen. `name`: default is a random one. */
  constructor(value: T, name: string = randomName()) {
    this.$sealed = name;
    this.#value = value;
    Object.freeze(this);
  }

  get [BRAND](): true {
    return true;
  }

  /** The value. It cannot be wiped from memory: keep it no longer than you need it. */
  reveal(): T {
    return this.#value;
  }

  /** In JSON a secret is its mask. */
  toJSON(): string {
    return SECRET_MASK;
  }

  [INSPECT](): string {
    return SECRET_MASK;
  }

  /** In a template or a sum the mask would be sent instead of the password: that is an error. */
  valueOf(): never {
    throw new TypeError('A secret is not a text or a number. Call .reveal() where its value is needed.');
  }
}

// Without it, conversions end in `valueOf`, and `%s` of console.log, which must not throw, inspects.
Object.defineProperty(Secret.prototype, 'toString', { value: undefined });

/** Whether a value is a secret, of whichever copy of this package. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && BRAND in value && 'reveal' in value;
}

function randomName(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
