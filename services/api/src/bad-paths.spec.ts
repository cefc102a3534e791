// Bad input: paths.
import { afterAll, beforeAll, test } from 'vitest';
import { type BadInput, LEDGER, raw, setValue, startBadInput } from './fixtures/bad-input.js';

const BAD: BadInput[] = [
  {
    what: 'a path that is too long',
    ask: `PUT ${LEDGER}/${'x'.repeat(256)}`,
    with: setValue(1),
    status: 400,
    code: 'PATH_TOO_LONG',
  },
  {
    what: 'a path of 15,000 characters',
    ask: `GET ${LEDGER}/${'x'.repeat(15_000)}`,
    status: 400,
    code: 'PATH_TOO_LONG',
  },
  {
    what: 'a path that is too deep',
    ask: `PUT ${LEDGER}/${Array(33).fill('x').join('.')}`,
    with: setValue(1),
    status: 400,
    code: 'PATH_TOO_DEEP',
  },
  {
    what: 'a value that is too deep',
    ask: `PUT ${LEDGER}/${Array(30).fill('x').join('.')}`,
    with: setValue([[[1]]]),
    status: 400,
    code: 'PATH_TOO_DEEP',
  },
  {
    what: 'an empty segment',
    ask: `PUT ${LEDGER}/a..b`,
    with: setValue(1),
    status: 400,
    code: 'PATH_EMPTY_SEGMENT',
    at: 'a..b',
  },
  { what: 'an empty segment in a reading', ask: `GET ${LEDGER}/value?key=.a`, status: 400, code: 'PATH_EMPTY_SEGMENT' },
  { what: 'an empty path', ask: `GET ${LEDGER}/value?key=`, status: 400, code: 'PATH_EMPTY' },
  {
    what: 'an empty path of a write',
    ask: `PUT ${LEDGER}/value?key=`,
    with: setValue(1),
    status: 400,
    code: 'PATH_EMPTY',
  },
  { what: 'a wrong escape', ask: `PUT ${LEDGER}/a%5Cb`, with: setValue(1), status: 400, code: 'PATH_BAD_ESCAPE' },
  {
    what: 'a prototype name in the path',
    ask: `PUT ${LEDGER}/a.__proto__`,
    with: setValue(1),
    status: 400,
    code: 'NAME_FORBIDDEN',
  },
  {
    what: 'a prototype name in the body',
    ask: `PUT ${LEDGER}`,
    with: raw('{"configuration":{"a":[{"__proto__":1}]}}'),
    status: 400,
    code: 'NAME_FORBIDDEN',
  },
  {
    what: 'a prototype name as a member of the envelope',
    ask: `PUT ${LEDGER}`,
    with: raw('{"configuration":{},"constructor":1}'),
    status: 400,
    code: 'NAME_FORBIDDEN',
  },
  {
    what: 'a control character in the path',
    ask: `PUT ${LEDGER}/a%09b`,
    with: setValue(1),
    status: 400,
    code: 'PATH_CONTROL_CHARACTER',
  },
  {
    what: 'a control character in a name',
    ask: `PUT ${LEDGER}`,
    with: { body: { configuration: { 'a\nb': 1 } } },
    status: 400,
    code: 'PATH_CONTROL_CHARACTER',
  },
  {
    what: 'a set below a scalar',
    ask: `PUT ${LEDGER}/a.b.c`,
    with: setValue(1),
    status: 409,
    code: 'PATH_BELOW_LEAF',
    at: 'a.b.c',
    says: 'a.b',
  },
  {
    what: 'a set below an array',
    ask: `PUT ${LEDGER}/list.0`,
    with: setValue(1),
    status: 409,
    code: 'PATH_BELOW_LEAF',
    says: 'arrays are one value',
  },
  {
    what: 'a deletion of what is not there',
    ask: `DELETE ${LEDGER}/risk.maxx`,
    status: 404,
    code: 'KEY_NOT_FOUND',
    at: 'risk.maxx',
    says: 'risk.max',
  },
  { what: 'a glob that is no glob', ask: 'GET /audit?key=a..b', status: 400, code: 'PATH_EMPTY_SEGMENT' },
];

let given: Awaited<ReturnType<typeof startBadInput>>;
beforeAll(async () => {
  given = await startBadInput();
});
afterAll(() => given.api.close());

test.each(BAD.map((input) => [input.what, input.code, input] as const))(
  '%s is refused with %s, and nothing is written',
  (_what, _code, input) => given.refused(input),
);
