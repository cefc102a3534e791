// The name of a ledger: an environment and a service, in every form that it is written in.

/** An environment or a service: lower case, digits and dashes, at most 63. */
const PART = '[a-z0-9][a-z0-9-]{0,62}';
const PART_PATTERN = new RegExp(`^${PART}$`);
/** Of `<environment>.<service>`; neither part can hold a dot. */
export const LEDGER_PATTERN = new RegExp(`^(${PART})\\.(${PART})$`);
const PREFIX = 'config-';

export class LedgerId {
  readonly environment: string;
  readonly service: string;
  /** `<environment>.<service>` */
  readonly text: string;
  /** The stream that holds the ledger's history. */
  readonly stream: string;

  private constructor(environment: string, service: string) {
    this.environment = environment;
    this.service = service;
    this.text = `${environment}.${service}`;
    this.stream = `${PREFIX}${this.text}`;
  }

  /** Throws a TypeError for a part that is not one. */
  static of(environment: string, service: string): LedgerId {
    if (PART_PATTERN.test(environment) && PART_PATTERN.test(service)) return new LedgerId(environment, service);
    throw new TypeError(`'${environment}.${service}' is not the name of a ledger`);
  }

  /** Null for a text that is not `<environment>.<service>`. */
  static parse(text: string): LedgerId | null {
    const match = LEDGER_PATTERN.exec(text);
    return match === null ? null : new LedgerId(match[1] ?? '', match[2] ?? '');
  }

  /** Null for every stream that is not a ledger's, also for one whose name only begins like one. */
  static ofStream(stream: string): LedgerId | null {
    return stream.startsWith(PREFIX) ? LedgerId.parse(stream.slice(PREFIX.length)) : null;
  }

  /** What the name of every ledger's stream begins with. */
  static readonly streamPrefix = PREFIX;

  toString(): string {
    return this.text;
  }
}
