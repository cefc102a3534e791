// Reads YAML 1.2 with the place of each value. The parser makes texts of all scalars (its schema `failsafe`); what they mean is decided
// here, so that nothing is a number or a date by surprise.
import { JSON_NESTING_MAX } from '@confledger/document/json-and-paths';
import {
  Composer,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Parser,
  type Alias,
  type Document,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { addMember, judgedString, malformed, TOO_DEEP, TOO_MANY_VALUES, unsupported } from '../flaws.js';
import { VALUES_MAX } from '../limits.js';
import type { FormatFlaw, Problems } from '../problem.js';
import type { Member, PlainSource, ScalarSource, SourceNode } from '../source-node.js';
import { plainScalar } from './scalars.js';
import { judgeTokens, parserFlaw } from './tokens.js';

const OPTIONS = { version: '1.2', schema: 'failsafe', merge: false, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;

/** The value of a YAML text; null where nothing stands but white space and comments. */
export function readYaml(text: string, problems: Problems): SourceNode | null {
  judgeTokens(text, problems);
  const [first, second] = documentsOf(text, problems);
  for (const { code, pos } of first?.errors ?? []) problems.add(pos[0], parserFlaw(code));
  if (second !== undefined) problems.stop(second.range[0], parserFlaw('MULTIPLE_DOCS'));
  if (problems.any || first === undefined || first.contents === null) return null;
  // An empty document has an empty scalar.
  if (isScalar(first.contents) && first.contents.source === '' && first.contents.type === 'PLAIN' && first.contents.anchor === undefined)
    return null;
  return new YamlReader(problems).node(first.contents, 0, 0);
}

/** Up to two documents. What belongs nowhere stops at once: each such token costs an error with its stack. */
function documentsOf(text: string, problems: Problems): Document.Parsed[] {
  const documents: Document.Parsed[] = [];
  const composer = new Composer(OPTIONS);
  for (const token of new Parser().parse(text)) {
    if (token.type === 'error') problems.stop(token.offset, parserFlaw('UNEXPECTED_TOKEN'));
    documents.push(...composer.next(token));
    if (documents.length > 1) return documents;
  }
  documents.push(...composer.end());
  return documents;
}

class YamlReader {
  private readonly problems: Problems;
  private readonly anchors = new Map<string, PlainSource | 'open'>();
  private values = 0;

  constructor(problems: Problems) {
    this.problems = problems;
  }

  /** `at`: where a node stands that has no text at all. */
  node(node: unknown, at: number, depth: number): SourceNode {
    if (++this.values > VALUES_MAX) this.problems.stop(at, TOO_MANY_VALUES);
    if (depth > JSON_NESTING_MAX) this.problems.stop(at, TOO_DEEP);
    if (isAlias(node)) return this.alias(node);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.anchors.set(anchor, 'open');
    const made = this.plain(node, at, depth);
    if (anchor !== undefined) this.anchors.set(anchor, made);
    return made;
  }

  private plain(node: unknown, at: number, depth: number): PlainSource {
    if (isMap(node)) return this.map(node, depth);
    if (isSeq(node)) return this.sequence(node, depth);
    if (isScalar(node)) return this.scalar(node);
    return { kind: 'scalar', value: null, start: at, end: at };
  }

  private alias(node: Alias): SourceNode {
    const [start, end] = extentOf(node);
    const target = this.anchors.get(node.source);
    if (target === undefined) this.problems.add(start, UNKNOWN_ALIAS);
    if (target === 'open') this.problems.add(start, ENDLESS_ALIAS);
    if (target === undefined || target === 'open') return { kind: 'scalar', value: null, start, end };
    return { kind: 'alias', target, start, end };
  }

  private map(node: YAMLMap, depth: number): PlainSource {
    const [start, end] = extentOf(node);
    const members = new Map<string, Member>();
    for (const pair of node.items) this.member(pair, members, depth);
    return { kind: 'object', style: node.flow === true ? 'flow' : 'block', members, start, end };
  }

  private member(pair: Pair, members: Map<string, Member>, depth: number): void {
    const { key } = pair;
    const [nameStart, nameEnd] = extentOf(key);
    const node = this.node(pair.value, nameEnd, depth + 1);
    const flaw = keyFlaw(key);
    if (flaw !== null) this.problems.add(nameStart, flaw);
    else if (isScalar(key)) addMember(members, String(key.value), { nameStart, nameEnd, node }, this.problems);
  }

  private sequence(node: YAMLSeq, depth: number): PlainSource {
    const [start, end] = extentOf(node);
    const items = node.items.map((item) => this.item(item, start, depth + 1));
    return { kind: 'array', style: node.flow === true ? 'flow' : 'block', items, start, end };
  }

  /** A pair inside of brackets is an object of one member. */
  private item(item: unknown, at: number, depth: number): SourceNode {
    if (!isPair(item)) return this.node(item, at, depth);
    const members = new Map<string, Member>();
    this.member(item, members, depth);
    const [start] = extentOf(item.key);
    return { kind: 'object', style: 'flow', members, start, end: start };
  }

  private scalar(node: Scalar): ScalarSource {
    const [start, end] = extentOf(node);
    const text = String(node.value);
    if (node.type !== 'PLAIN') return { kind: 'scalar', value: judgedString(text, start, this.problems), start, end };
    const read = plainScalar(text);
    if ('value' in read) {
      if (typeof read.value === 'string') judgedString(read.value, start, this.problems);
      return { kind: 'scalar', value: read.value, start, end };
    }
    this.problems.add(start, read);
    return { kind: 'scalar', value: null, start, end };
  }
}

/** Why a key is no name, or null. */
function keyFlaw(key: unknown): FormatFlaw | null {
  if (!isScalar(key)) return KEY_NOT_STRING;
  if (key.type !== 'PLAIN') return null;
  const text = String(key.value);
  if (text === '<<') return MERGE_KEY;
  const read = plainScalar(text);
  return 'value' in read && typeof read.value === 'string' ? null : KEY_NOT_STRING;
}

function extentOf(node: unknown): readonly [number, number] {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return [0, 0];
  const [start = 0, end = 0] = node.range ?? [];
  return [start, end];
}

const KEY_NOT_STRING = unsupported(
  'key-not-string',
  'The name is a number, a boolean, null, an alias or a structure: names are strings.',
  'Put the name in quotes.',
);

const MERGE_KEY = unsupported(
  'merge-key',
  'A merge key (<<) stands here: YAML 1.2 has none.',
  'Write the members out, or use an alias for the whole object. A member that is called << is written "<<".',
);

const UNKNOWN_ALIAS = malformed(
  'unknown-alias',
  'An alias names an anchor that no value above has.',
  'Set the anchor with & above, or put text that begins with * in quotes.',
);

const ENDLESS_ALIAS = malformed('endless-alias', 'An alias stands inside of the value that it names.', 'Write the value out.');
