// Whether a value may stand in a document: names, paths, strings, depth and sizes. Values that did not come through parseJson may hold
// things that are not JSON at all.
import { canonicalJson } from './canonical.js';
import type { JsonValue } from './json.js';
import { tooManyLeaves } from './parse-problems.js';
import { DEPTH_MAX, DOCUMENT_LEAVES_MAX, PATH_BYTES_MAX, VALUE_BYTES_MAX } from './limits.js';
import { parsePath, pathTooDeep, pathTooLong } from './path.js';
import { problemAt } from './place.js';
import type { CodedProblem, Flaw } from './problem.js';
import { isForbiddenName, nameFlaw, segmentFlaw, stringFlaw } from './text.js';

// A code unit of a string takes at most six bytes of canonical JSON (\u0001), at least one.
const UNIT_BYTES_MAX = 6;

/** Names of these characters have no flaw but to be forbidden, and a byte for each. One test of them costs less than looking for each flaw. */
const PLAIN_NAME = /^[\w-]+$/;

/** What keeps a value from standing at the path `at` (default: the root), with everything below it; null when nothing does. */
export function checkValue(value: unknown, at = ''): CodedProblem | null {
  if (at === '') return new ValueCheck([], 0).subtree(value);
  const parsed = parsePath(at);
  return parsed.ok ? new ValueCheck([...parsed.value], Buffer.byteLength(at, 'utf8')).subtree(value) : parsed.problem;
}

class ValueCheck {
  private readonly place: (string | number)[];
  private pathBytes: number;
  private leaves = 0;
  // Bounds of the size of the leaf being checked, so that its text is made only where they leave a doubt.
  private bytesAtLeast = 0;
  private bytesAtMost = 0;

  constructor(segments: string[], pathBytes: number) {
    this.place = segments;
    this.pathBytes = pathBytes;
  }

  /** An object is the members below it; anything else is one leaf. */
  subtree(value: unknown): CodedProblem | null {
    if (isPlainObject(value)) {
      const names = Object.keys(value);
      if (names.length > 0) return this.members(value, names);
    }
    return this.countLeaf() ?? this.leaf(value);
  }

  private members(object: Readonly<Record<string, unknown>>, names: readonly string[]): CodedProblem | null {
    const pathBytes = this.pathBytes;
    const depth = this.place.length + 1;
    for (const name of names) {
      this.place.push(name);
      const isPlain = PLAIN_NAME.test(name) && !isForbiddenName(name);
      this.pathBytes = pathBytes + (depth > 1 ? 1 : 0) + (isPlain ? name.length : bytesWritten(name));
      const problem = (isPlain ? null : this.name(name)) ?? this.path(depth) ?? this.member(object[name]);
      if (problem !== null) return problem;
      this.place.pop();
    }
    return null;
  }

  private name(name: string): CodedProblem | null {
    const flaw = segmentFlaw(name);
    return flaw === null ? null : this.problem(flaw);
  }

  private path(depth: number): CodedProblem | null {
    if (depth > DEPTH_MAX) return this.problem(pathTooDeep(depth));
    return this.pathBytes > PATH_BYTES_MAX ? this.problem(pathTooLong(this.pathBytes)) : null;
  }

  /** As `subtree`; most members are scalars that have nothing to be checked but their number. */
  private member(value: unknown): CodedProblem | null {
    const isPlain = value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
    return isPlain ? this.countLeaf() : this.subtree(value);
  }

  private countLeaf(): CodedProblem | null {
    return ++this.leaves > DOCUMENT_LEAVES_MAX ? this.problem(tooManyLeaves(DOCUMENT_LEAVES_MAX)) : null;
  }

  private leaf(value: unknown): CodedProblem | null {
    this.bytesAtLeast = 0;
    this.bytesAtMost = 0;
    const problem = this.nested(value);
    if (problem !== null || this.bytesAtMost <= VALUE_BYTES_MAX) return problem;
    const bytes = Buffer.byteLength(canonicalJson(value as JsonValue), 'utf8');
    return bytes > VALUE_BYTES_MAX ? this.problem(tooLarge(`${bytes}`)) : null;
  }

  private nested(value: unknown): CodedProblem | null {
    switch (typeof value) {
      case 'string':
        return this.text(value, stringFlaw(value));
      case 'number':
        return Number.isFinite(value) ? this.count(1, 25) : this.problem(notJson(String(value)));
      case 'boolean':
        return this.count(4, 5);
      case 'object':
        return value === null ? this.count(4, 4) : this.container(value);
      default:
        return this.problem(notJson(typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`));
    }
  }

  /** An array, or an object inside one: part of one value, but a level of depth all the same. */
  private container(value: object): CodedProblem | null {
    if (!Array.isArray(value) && !isPlainObject(value)) {
      return this.problem(notJson(`an instance of ${value.constructor?.name ?? 'a class'}`));
    }
    // A `{}` that is a leaf itself adds no level: its path is its depth.
    const depth = this.place.length + (this.bytesAtMost === 0 && !Array.isArray(value) ? 0 : 1);
    if (depth > DEPTH_MAX) return this.problem(pathTooDeep(depth));
    const tooBig = this.count(2, 2);
    if (tooBig !== null) return tooBig;
    return Array.isArray(value) ? this.elements(value) : this.innerMembers(value);
  }

  private elements(items: readonly unknown[]): CodedProblem | null {
    for (let index = 0; index < items.length; index++) {
      this.place.push(index);
      const problem = this.count(index === 0 ? 0 : 1, 1) ?? this.nested(items[index]);
      if (problem !== null) return problem;
      this.place.pop();
    }
    return null;
  }

  private innerMembers(object: Readonly<Record<string, unknown>>): CodedProblem | null {
    for (const name of Object.keys(object)) {
      this.place.push(name);
      const problem = this.text(name, nameFlaw(name)) ?? this.count(1, 2) ?? this.nested(object[name]);
      if (problem !== null) return problem;
      this.place.pop();
    }
    return null;
  }

  private text(value: string, flaw: Flaw | null): CodedProblem | null {
    return flaw === null ? this.count(value.length + 2, value.length * UNIT_BYTES_MAX + 2) : this.problem(flaw);
  }

  private count(atLeast: number, atMost: number): CodedProblem | null {
    this.bytesAtLeast += atLeast;
    this.bytesAtMost += atMost;
    return this.bytesAtLeast > VALUE_BYTES_MAX ? this.problem(tooLarge(`more than ${VALUE_BYTES_MAX}`)) : null;
  }

  private problem(flaw: Flaw): CodedProblem {
    return problemAt(this.place, flaw);
  }
}

/** Bytes of a name in a path, escapes included. */
function bytesWritten(name: string): number {
  let bytes = 0;
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code < 0x80) bytes += code === 0x2e || code === 0x5c ? 2 : 1;
    else if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}

/** An object literal, one without prototype, or one of another realm; no class instance. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function notJson(what: string): Flaw {
  return {
    code: 'JSON_MALFORMED',
    rule: 'not-json',
    message: `The value is ${what}, which JSON does not have.`,
    remedy: 'Send null, a boolean, a finite number, a string, an array or a plain object; dates and big numbers as strings.',
  };
}

function tooLarge(bytes: string): Flaw {
  return {
    code: 'VALUE_TOO_LARGE',
    rule: 'value-too-large',
    message: `The value has ${bytes} bytes of canonical JSON; ${VALUE_BYTES_MAX} are allowed.`,
    remedy: 'Split it into several values, or keep it elsewhere and store its address. Objects, unlike arrays, are stored leaf by leaf.',
  };
}
