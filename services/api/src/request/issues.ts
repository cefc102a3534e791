// Turns what zod found wrong with a query or a body into codes of the catalogue, with the nearest known name.
import type { z } from 'zod';
import { nearestWord } from '@confledger/document';
import type { ErrorCode } from '@confledger/contracts/http';
import { RequestRefused } from '../errors/request-refused.js';
import { QUERY_PARAMETERS } from '../schemas/requests.js';

type Place = 'body' | 'query';
type Issue = z.core.$ZodIssue;

const CODES = {
  body: { unknown: 'BODY_MEMBER_UNKNOWN', missing: 'BODY_MEMBER_MISSING', invalid: 'BODY_MEMBER_INVALID' },
  query: { unknown: 'QUERY_PARAMETER_UNKNOWN', missing: 'QUERY_PARAMETER_MISSING', invalid: 'QUERY_PARAMETER_INVALID' },
} as const satisfies Record<Place, Record<string, ErrorCode>>;

const WORD = { body: 'Member', query: 'Query parameter' } as const;

/** The types of JSON as people write them. */
const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  string: 'a string',
};

/** The refusal for the first issue, with all issues as details. `known` are the names that the call takes. */
export function refusalForIssues(place: Place, issues: readonly Issue[], input: unknown, known: readonly string[]): RequestRefused {
  const refusals = issues.flatMap((issue) => refusalsOf(place, issue, input, known));
  const [first] = refusals;
  if (first === undefined)
    return RequestRefused.of(CODES[place].invalid, { path: null, rule: 'shape', message: `The ${place} is not of the expected shape` });
  const details = refusals.flatMap((refusal) => refusal.details);
  return new RequestRefused(first.code, first.message, details, first.headers);
}

function refusalsOf(place: Place, issue: Issue, input: unknown, known: readonly string[]): RequestRefused[] {
  if (isOperationIssue(issue)) return [invalidOperation(issue)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownName(place, name, known));
  return [invalidValue(place, issue, input)];
}

function unknownName(place: Place, name: string, known: readonly string[]): RequestRefused {
  // What other calls take is no misspelling.
  const nearest = place === 'query' && QUERY_PARAMETERS.has(name) ? undefined : nearestWord(name, known);
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const remedy = nearest === undefined ? listOf(known) : `Write ${nearest}, or leave it out.`;
  const message = `${named(place, name)} is not known${meant}`;
  return RequestRefused.of(CODES[place].unknown, { path: name.slice(0, 255), rule: `${place}-unknown`, message, remedy });
}

function listOf(known: readonly string[]): string {
  return known.length === 0 ? 'This call takes none.' : `This call takes ${known.join(', ')}.`;
}

function invalidValue(place: Place, issue: Issue, input: unknown): RequestRefused {
  const name = pathText(issue);
  if (isAbsent(issue, input)) {
    const message = `${named(place, name)} is missing`;
    return RequestRefused.of(CODES[place].missing, { path: name, rule: `${place}-missing`, message, remedy: MISSING_REMEDIES[name] });
  }
  const special = specialCode(place, issue, name);
  if (special !== null) return special;
  const expectation = expectationOf(place, issue);
  const message = `${named(place, name)}: ${expectation}`;
  return RequestRefused.of(CODES[place].invalid, { path: name, rule: `${place}-invalid`, message, remedy: remedyFor(expectation) });
}

function named(place: Place, name: string): string {
  return `${WORD[place]} ${JSON.stringify(name.slice(0, 100))}`;
}

/** What to send in place of it; undefined where the expectation is a sentence of its own, and the remedy the catalogue's. */
function remedyFor(expectation: string): string | undefined {
  return expectation.startsWith(EXPECTED) ? `Send ${expectation.slice(EXPECTED.length)}` : undefined;
}

/** How an expectation begins that says what is taken. */
const EXPECTED = 'expected ';

/** Where a whole document or value was sent in the place of an envelope. */
const MISSING_REMEDIES: Readonly<Record<string, string>> = {
  configuration: 'Send { "configuration": … }, or the document as it is with ?content=plain.',
  value: 'Send { "value": … }, or the value as it is with ?content=plain; null is a value.',
};

function specialCode(place: Place, issue: Issue, name: string): RequestRefused | null {
  if ((name === 'reason' || name === 'changeReason') && issue.code === 'too_big') {
    return RequestRefused.of('REASON_TOO_LONG', {
      path: name,
      rule: 'reason-length',
      message: `The reason is longer than ${issue.maximum} characters`,
    });
  }
  if (place === 'body' && name === 'approvals' && issue.code === 'too_big') {
    return RequestRefused.of('APPROVALS_NOT_AVAILABLE', {
      path: name,
      rule: 'approvals',
      message: 'Approvals cannot be checked yet, and are not recorded unchecked',
    });
  }
  if (place === 'body' && name === 'configuration' && issue.code === 'custom') {
    return RequestRefused.of('DOCUMENT_NOT_OBJECT', {
      path: name,
      rule: 'document-not-object',
      message: 'The configuration is not an object',
      remedy: 'The root of a document is an object: a list or a single value is put at a path.',
    });
  }
  return null;
}

function expectationOf(place: Place, issue: Issue): string {
  if (place === 'query' && issue.code === 'invalid_type') return 'it is given more than once';
  return expected(issue) ?? issue.message;
}

/** What zod says of itself in the words of this API; null where the schema has a sentence of its own. */
function expected(issue: Issue): string | null {
  switch (issue.code) {
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_type':
      return issue.message.startsWith('Invalid input')
        ? `expected ${TYPES[issue.expected] ?? `a value of the type ${issue.expected}`}`
        : null;
    case 'too_big':
      return issue.message.startsWith('Too big') ? `at most ${issue.maximum} are allowed` : null;
    case 'custom':
      return issue.message === 'Invalid input' ? 'expected a value' : null;
    default:
      return null;
  }
}

function isOperationIssue(issue: Issue): boolean {
  return issue.path[0] === 'operations' && issue.path.length > 1;
}

function invalidOperation(issue: Issue): RequestRefused {
  const [, index, ...inner] = issue.path.map(String);
  const member = inner.length === 0 ? '' : `, member ${JSON.stringify(inner.join('.').slice(0, 100))}`;
  const what =
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.map((key) => JSON.stringify(key)).join(', ')} is not known`
      : (expected(issue) ?? issue.message);
  const message = `Operation ${index}${member}: ${what}`;
  return RequestRefused.of('BATCH_OPERATION_INVALID', { path: pathText(issue), rule: 'batch-operation', message, remedy: remedyFor(what) });
}

function pathText(issue: Issue): string {
  return issue.path.map(String).join('.');
}

function isAbsent(issue: Issue, input: unknown): boolean {
  let at: unknown = input;
  for (const step of issue.path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return true;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return false;
}
