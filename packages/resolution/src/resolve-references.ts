// Gives the references of a document their values. Where those come from is the caller's: nothing here reads a variable or a file.
import type { Document, DocumentChange, JsonValue } from '@confledger/document';
import { textOfScalar } from './conversions.js';
import { RESOLVED_BYTES_MAX } from './limits.js';
import { markedLeaves } from './marked-leaves.js';
import { givenBy, whyNoLeaf } from './path-values.js';
import { parseReferences, referenceName, type Reference } from './reference-syntax.js';

/** What a variable, file or credential gives. */
export type Fetched =
  /** `isSecret`: and so is every string that it is part of. */
  | { readonly kind: 'found'; readonly text: string; readonly isSecret: boolean }
  /** It is not there: the default of the reference counts. */
  | { readonly kind: 'unset' }
  /** `why` continues a sentence that begins with the reference, and holds nothing of a value. */
  | { readonly kind: 'refused'; readonly why: string };

export interface ResolvedReferences {
  /** Of leaves that hold a mark, in path order. */
  readonly changes: readonly DocumentChange[];
  /** Paths of changed leaves of which a part is secret. */
  readonly secrets: ReadonlySet<string>;
  /** Leaves that stay as they are written. */
  readonly unresolved: readonly { readonly path: string; readonly message: string }[];
}

/**
 * For a document without flaws of references, `unresolved` ones apart: cycles would not end.
 * What was fetched is never searched for references.
 */
export function resolveReferences(document: Document, fetch: (reference: Reference) => Fetched): ResolvedReferences {
  const resolver = new Resolver(document, fetch);
  const changes: DocumentChange[] = [];
  const secrets = new Set<string>();
  const unresolved: { readonly path: string; readonly message: string }[] = [];
  for (const { path, value } of markedLeaves(document)) {
    const resolved = resolver.leaf(path, value);
    if (!resolved.ok) unresolved.push({ path, message: `the reference cannot be resolved: ${resolved.why}` });
    else {
      changes.push({ path, value: resolved.value });
      if (resolved.isSecret) secrets.add(path);
    }
  }
  return { changes, secrets, unresolved };
}

type Resolved = { readonly ok: true; readonly value: JsonValue; readonly isSecret: boolean } | { readonly ok: false; readonly why: string };

class Resolver {
  readonly #document: Document;
  readonly #fetch: (reference: Reference) => Fetched;
  readonly #leaves = new Map<string, Resolved>();
  readonly #marked: ReadonlySet<string>;

  constructor(document: Document, fetch: (reference: Reference) => Fetched) {
    this.#document = document;
    this.#fetch = fetch;
    this.#marked = new Set(markedLeaves(document).map(({ path }) => path));
  }

  leaf(path: string, value: JsonValue): Resolved {
    const known = this.#leaves.get(path);
    if (known !== undefined) return known;
    const resolved = this.#value(value);
    this.#leaves.set(path, resolved);
    return resolved;
  }

  /** A string, or an array with strings in it. */
  #value(value: JsonValue): Resolved {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return { ok: true, value, isSecret: false };
    let isSecret = false;
    const entries: [string, JsonValue][] = [];
    for (const [name, inner] of Object.entries<JsonValue>(value)) {
      const resolved = this.#value(inner);
      if (!resolved.ok) return resolved;
      isSecret ||= resolved.isSecret;
      entries.push([name, resolved.value]);
    }
    return { ok: true, value: Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries), isSecret };
  }

  #text(text: string): Resolved {
    const parsed = parseReferences(text);
    if (!parsed.ok) return { ok: false, why: parsed.flaw.message };
    const { parts, alone } = parsed.text;
    if (alone !== null) return this.#reference(alone, true);
    let whole = '';
    let isSecret = false;
    for (const part of parts) {
      const piece = typeof part === 'string' ? ({ ok: true, value: part, isSecret: false } as const) : this.#reference(part, false);
      if (!piece.ok) return piece;
      const inner = textOfScalar(piece.value) ?? '';
      if (typeof part === 'object' && part.scheme !== 'path' && LINE_END.test(inner))
        return { ok: false, why: `${referenceName(part)} holds a line end and cannot stand inside a text` };
      whole += inner;
      isSecret ||= piece.isSecret;
      if (whole.length > RESOLVED_BYTES_MAX || Buffer.byteLength(whole) > RESOLVED_BYTES_MAX) return { ok: false, why: TOO_LARGE };
    }
    return { ok: true, value: whole, isSecret };
  }

  #reference(reference: Reference, isAlone: boolean): Resolved {
    const found = reference.scheme === 'path' ? this.#path(reference, isAlone) : this.#fetched(reference, isAlone);
    if (found !== undefined) return found;
    const { fallback, type } = reference;
    if (fallback === null) return { ok: false, why: `${referenceName(reference)} is not set and has no default` };
    return type === null ? { ok: true, value: fallback, isSecret: false } : withSecrecy(givenBy(reference, fallback, isAlone), false);
  }

  /** Undefined where the default counts. */
  #path(reference: Reference, isAlone: boolean): Resolved | undefined {
    const node = this.#document.nodeAt(reference.segments);
    if (node?.kind !== 'leaf') return reference.fallback === null ? { ok: false, why: whyNoLeaf(reference, node) } : undefined;
    const { path } = reference;
    const target: Resolved = this.#marked.has(path) ? this.leaf(path, node.value) : { ok: true, value: node.value, isSecret: false };
    if (!target.ok) return target;
    const given = withSecrecy(givenBy(reference, target.value, isAlone), target.isSecret);
    return given.ok || reference.fallback === null ? given : undefined;
  }

  #fetched(reference: Reference, isAlone: boolean): Resolved | undefined {
    const fetched = this.#fetch(reference);
    if (fetched.kind === 'unset') return undefined;
    if (fetched.kind === 'refused') return { ok: false, why: `${referenceName(reference)} ${fetched.why}` };
    return withSecrecy(givenBy(reference, fetched.text, isAlone), fetched.isSecret);
  }
}

const LINE_END = /[\r\n\0]/;
const TOO_LARGE = `the string would have more than ${RESOLVED_BYTES_MAX / 1024} KiB`;

function withSecrecy(given: ReturnType<typeof givenBy>, isSecret: boolean): Resolved {
  return given.ok ? { ok: true, value: given.value, isSecret } : given;
}
