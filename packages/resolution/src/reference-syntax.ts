// References in strings: `${env:NAME}`, `${file:/path}`, `${credential:key}`, `${path:a.b}`, each with `|type` and `:-default` if wanted.
import { formatPath, parsePath, type Segments } from '@confledger/document/json-and-paths';
import { convertText, REFERENCE_TYPES, type ReferenceType } from './conversions.js';

/** What a reference may name. */
export const REFERENCE_SCHEMES = ['env', 'file', 'credential', 'path'] as const;
export type ReferenceScheme = (typeof REFERENCE_SCHEMES)[number];

export interface Reference {
  readonly scheme: ReferenceScheme;
  /** A variable, an absolute path of a file, the key of a credential, or a path in the document. */
  readonly name: string;
  /** Of a path in the document; none for the others. */
  readonly segments: Segments;
  /** The same as a path in its one form; '' for the others. */
  readonly path: string;
  /** What the text is converted to; null: it stays a text. */
  readonly type: ReferenceType | null;
  /** Taken where what is named is not there; null: there is none. */
  readonly fallback: string | null;
}

/** A string, taken apart. */
export interface ReferenceText {
  /** Literal texts, with `$${` as `${`, and references, in their order. */
  readonly parts: readonly (string | Reference)[];
  /** The reference that the string consists of; null where there is more or none. */
  readonly alone: Reference | null;
}

/** Why a string cannot be taken apart. It quotes nothing of the string but what a reference names. */
export interface SyntaxFlaw {
  readonly message: string;
  readonly remedy: string;
}

export type ParsedText = { readonly ok: true; readonly text: ReferenceText } | { readonly ok: false; readonly flaw: SyntaxFlaw };

const MARK = '${';
const LITERAL = '$${';
const FORMS = '${env:NAME}, ${file:/path}, ${credential:key} or ${path:a.b}, each with |number, |boolean or |json, and then :-default';
const NAMES: Readonly<Record<ReferenceScheme, { readonly is: (name: string) => boolean; readonly rule: string }>> = {
  env: { is: (name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name), rule: 'a name of letters, digits and underscores, no digit in front' },
  file: { is: isFileName, rule: 'an absolute path without . and .. and empty parts' },
  credential: { is: (name) => /^[A-Za-z0-9._-]{1,255}$/.test(name), rule: 'a key of letters, digits, dots, dashes and underscores' },
  path: { is: (name) => parsePath(name).ok, rule: 'a path of the document, such as db.host' },
};
const FILE_NAME_CHARACTERS_MAX = 4_096;

/** Strings that are remembered: who checks them looks at each more than once, and the next document holds most of them again. */
const REMEMBERED_MAX = 10_000;
/** Longer ones are rare, and are taken apart anew. */
const REMEMBERED_CHARACTERS_MAX = 1_000;
const remembered = new Map<string, ParsedText>();

/** Takes a string apart. One without `${` is one literal. */
export function parseReferences(text: string): ParsedText {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const parsed = takenApart(text);
  if (text.length > REMEMBERED_CHARACTERS_MAX) return parsed;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(text, parsed);
  return parsed;
}

function takenApart(text: string): ParsedText {
  const parts: (string | Reference)[] = [];
  let literal = '';
  let at = 0;
  for (let mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, at)) {
    if (isLiteralMark(text, mark, at)) {
      literal += `${text.slice(at, mark - 1)}${MARK}`;
      at = mark + MARK.length;
      continue;
    }
    const end = text.indexOf('}', mark);
    const inner = end < 0 ? null : text.slice(mark + MARK.length, end);
    const reference = inner === null ? unclosed() : referenceOf(inner);
    if ('message' in reference) return { ok: false, flaw: { ...reference, message: `At character ${mark + 1}: ${reference.message}` } };
    literal += text.slice(at, mark);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(reference);
    at = end + 1;
  }
  literal += text.slice(at);
  if (literal !== '' || parts.length === 0) parts.push(literal);
  const [first] = parts;
  return { ok: true, text: { parts, alone: parts.length === 1 && typeof first === 'object' ? first : null } };
}

/** `$${` is the literal `${`; its first `$` must not have been read yet. */
function isLiteralMark(text: string, mark: number, from: number): boolean {
  return mark - 1 >= from && text.startsWith(LITERAL, mark - 1);
}

function referenceOf(inner: string): Reference | SyntaxFlaw {
  if (inner.includes(MARK)) return nested();
  const colon = inner.indexOf(':');
  const scheme = REFERENCE_SCHEMES.find((each) => each === inner.slice(0, colon));
  if (colon < 0 || scheme === undefined) return unknownScheme();
  const body = inner.slice(colon + 1);
  const fallbackAt = body.indexOf(':-');
  const fallback = fallbackAt < 0 ? null : body.slice(fallbackAt + 2);
  const [name = '', type, ...more] = (fallbackAt < 0 ? body : body.slice(0, fallbackAt)).split('|');
  if (more.length > 0 || (type !== undefined && !isType(type))) return unknownType(scheme);
  if (!NAMES[scheme].is(name)) return badName(scheme);
  if (fallback !== null && type !== undefined && convertText(fallback, type) === undefined) return badFallback(scheme, name, type);
  const segments = scheme === 'path' ? segmentsOf(name) : [];
  return { scheme, name, segments, path: segments.length === 0 ? '' : formatPath(segments), type: type ?? null, fallback };
}

const isType = (text: string): text is ReferenceType => REFERENCE_TYPES.some((type) => type === text);

function segmentsOf(name: string): Segments {
  const parsed = parsePath(name);
  return parsed.ok ? parsed.value : [];
}

function isFileName(name: string): boolean {
  const [root, ...parts] = name.split('/');
  if (root !== '' || parts.length === 0 || name.length > FILE_NAME_CHARACTERS_MAX || name.includes('\0')) return false;
  return parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

/** How a reference is written, for messages. */
export const referenceName = ({ scheme, name }: Pick<Reference, 'scheme' | 'name'>): string => `\${${scheme}:${name}}`;

const flawOf = (message: string, remedy = `Write ${FORMS}. For a text that is no reference write $\${ instead of \${`): SyntaxFlaw => ({
  message: `${message}.`,
  remedy: `${remedy}.`,
});

const unclosed = (): SyntaxFlaw => flawOf('a reference begins with ${ and has no }');
const nested = (): SyntaxFlaw => flawOf('a reference stands inside another one, or the first has no }');
const unknownScheme = (): SyntaxFlaw => flawOf(`what follows \${ is none of ${REFERENCE_SCHEMES.map((scheme) => `${scheme}:`).join(', ')}`);
const unknownType = (scheme: ReferenceScheme): SyntaxFlaw =>
  flawOf(`the reference to ${scheme} asks for a type that is none of ${REFERENCE_TYPES.join(', ')}`);
const badName = (scheme: ReferenceScheme): SyntaxFlaw => flawOf(`what \${${scheme}: names is not ${NAMES[scheme].rule}`);
const badFallback = (scheme: ReferenceScheme, name: string, type: ReferenceType): SyntaxFlaw =>
  flawOf(`the default of ${referenceName({ scheme, name })} is no ${type}`, `Give a default that is a ${type}; it ends at the first }`);
