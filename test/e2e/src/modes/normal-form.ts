// The normal form of what an installation answers: what must differ between two installations is replaced by a word and the number of its first
// occurrence, so that equal things stay equal and different things different.
import type { Answer } from './transcript.js';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** The moment, and the length of a body in which positions and durations have more digits or fewer. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['date', 'content-length']);

/** What is found is replaced by the word and its number. */
interface Rule {
  readonly word: string;
  /** The first group is replaced; the whole where there is none. */
  readonly pattern: RegExp;
}

/** In this order: a position holds the id of its installation. Quotes within texts of events are escaped. */
const RULES: readonly Rule[] = [
  { word: 'position', pattern: new RegExp(`${UUID}:\\d+`, 'g') },
  { word: 'id', pattern: new RegExp(UUID, 'g') },
  { word: 'instant', pattern: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g },
  // Of events and over them, and so over instants and ids. Digests of documents are equal everywhere.
  { word: 'hash', pattern: /\\?"(?:hash|previousHash)\\?":\\?"([0-9a-f]{64})/g },
  { word: 'mac', pattern: /\\?"(?:mac|fingerprint)\\?":\\?"([0-9a-f]{64})/g },
  { word: 'key', pattern: /\\?"(?:keyId|macKey|publicKey)\\?":\\?"([^"\\]+)/g },
  { word: 'signature', pattern: /\\?"signature\\?":\\?"([^"\\]+)/g },
];

/** The normal form of the answers of one api: numbers go on from answer to answer. */
export class NormalForm {
  readonly #installation: string;
  readonly #numbers = new Map<string, Map<string, number>>();

  constructor(installation: string) {
    this.#installation = installation;
  }

  /** The answer with its body in lines, so that a difference can be read. `unlike` is replaced before anything is numbered. */
  answer({ status, headers, body }: Answer, unlike: readonly RegExp[] = []): object {
    return {
      status,
      headers: Object.fromEntries(comparedHeaders(headers).map(([name, value]) => [name, this.text(value)])),
      body: this.text(withoutUnlike(body, unlike)).split(/(?<=,)(?=\\?")/),
    };
  }

  /** A text with everything numbered that must differ. */
  text(text: string): string {
    const opened = text.replaceAll(/"next":"([\w-]+)"/g, (_, cursor: string) => `"next":"<cursor ${this.#openedCursor(cursor)}>"`);
    return RULES.reduce((done, rule) => this.#numbered(done, rule), opened);
  }

  #numbered(text: string, { word, pattern }: Rule): string {
    return text.replaceAll(pattern, (found, group: unknown) => {
      const value = typeof group === 'string' ? group : found;
      return found.replace(value, `<${word} ${this.#number(word, value)}>`);
    });
  }

  /** The key that the cursor stands behind; a position as positions are written elsewhere. */
  #openedCursor(cursor: string): string {
    const text = Buffer.from(cursor, 'base64url').toString('utf8');
    return text.replace(/^(\["(?:audit|history)",")(\d+)"/, `$1${this.#installation}:$2"`).replaceAll('"', "'");
  }

  #number(word: string, value: string): number {
    const numbers = this.#numbers.get(word) ?? new Map<string, number>();
    this.#numbers.set(word, numbers);
    const number = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, number);
    return number;
  }
}

/** An answer as it came, but for its moment and what differs for a reason: how two apis of one installation are compared. */
export function bytesOf({ status, headers, body }: Answer, unlike: readonly RegExp[] = []): object {
  const compared = comparedHeaders(headers).map(([name, value]) => [name, isMadeByApi(name, value) ? '<id>' : value]);
  return { status, headers: Object.fromEntries(compared) as object, body: withoutUnlike(body, unlike) };
}

/** A request that the parser of HTTP refuses is given an id: no header of it is read. */
function isMadeByApi(name: string, value: string): boolean {
  return name === 'x-request-id' && new RegExp(`^${UUID}$`).test(value);
}

function comparedHeaders(headers: Answer['headers']): [string, string][] {
  return Object.entries(headers).filter(([name]) => !NOT_COMPARED.has(name));
}

/** A body without the moment of its answer, the duration of checks, and what differs for a reason. */
function withoutUnlike(body: string, unlike: readonly RegExp[]): string {
  const timeless = body.replaceAll(/"timestamp":"[^"]+"/g, '"timestamp":"<now>"').replaceAll(/"tookMs":\d+/g, '"tookMs":"<duration>"');
  return unlike.reduce((text, pattern) => text.replaceAll(pattern, '<unlike>'), timeless);
}
