// Bad input: versions and instants.
import { afterAll, beforeAll, test } from 'vitest';
import { type BadInput, LEDGER, startBadInput } from './fixtures/bad-input.js';

const BAD: BadInput[] = [
  {
    what: 'an activation of a revision that is no version',
    ask: `POST ${LEDGER}/versions/1/activate`,
    status: 404,
    code: 'VERSION_NOT_A_VERSION',
    says: '3',
  },
  {
    what: 'an activation of a version that does not exist',
    ask: `POST ${LEDGER}/versions/999/activate`,
    status: 404,
    code: 'VERSION_UNKNOWN',
  },
  {
    what: 'a version beyond all numbers',
    ask: `GET ${LEDGER}?version=99999999999999999999`,
    status: 404,
    code: 'VERSION_UNKNOWN',
    at: 'version',
  },
  {
    what: 'a reading of a revision that is no version',
    ask: `GET ${LEDGER}?version=4`,
    status: 404,
    code: 'VERSION_NOT_A_VERSION',
    says: '5',
  },
  { what: 'an unknown tag', ask: `GET ${LEDGER}?version=stabel`, status: 404, code: 'TAG_UNKNOWN', says: 'stable' },
  {
    what: 'an empty version',
    ask: `GET ${LEDGER}?version=`,
    status: 400,
    code: 'QUERY_PARAMETER_INVALID',
    at: 'version',
  },
  {
    what: 'a rollback to an unknown tag',
    ask: `POST ${LEDGER}/versions/nope/rollback`,
    status: 404,
    code: 'TAG_UNKNOWN',
  },
  {
    what: 'the previous of a first activation',
    ask: `GET ${LEDGER}?version=previous`,
    status: 404,
    code: 'NOTHING_PREVIOUS',
  },
  { what: 'a tag named latest', ask: `PUT ${LEDGER}/versions/5/tags/latest`, status: 400, code: 'TAG_NAME_INVALID' },
  { what: 'a tag that is a number', ask: `PUT ${LEDGER}/versions/5/tags/7`, status: 400, code: 'TAG_NAME_INVALID' },
  {
    what: 'a tag that another version has',
    ask: `PUT ${LEDGER}/versions/5/tags/stable`,
    status: 409,
    code: 'TAG_EXISTS',
    says: 'move',
  },
  {
    what: 'a tag taken off another version',
    ask: `DELETE ${LEDGER}/versions/5/tags/stable`,
    status: 404,
    code: 'TAG_UNKNOWN',
  },
  {
    what: 'activate: true over pending versions of others',
    ask: `PUT ${LEDGER}/x`,
    with: { body: { value: 1, activate: true } },
    status: 409,
    code: 'PENDING_CHANGES',
    says: 'by alice',
  },
  {
    what: 'an instant before the first event',
    ask: `GET ${LEDGER}?at=2020-01-01T00:00:00Z`,
    status: 404,
    code: 'AT_BEFORE_FIRST_EVENT',
  },
  {
    what: 'an instant that is malformed',
    ask: `GET ${LEDGER}?at=yesterday`,
    status: 400,
    code: 'AT_MALFORMED',
    at: 'at',
  },
  {
    what: 'a day that does not exist',
    ask: `GET ${LEDGER}?at=2026-02-30T00:00:00Z`,
    status: 400,
    code: 'AT_MALFORMED',
  },
  {
    what: 'an offset whose plus became a space',
    ask: `GET ${LEDGER}?at=2026-07-01T12:00:00+02:00`,
    status: 400,
    code: 'AT_MALFORMED',
    says: '%2B',
  },
  {
    what: 'an instant without offset',
    ask: `GET ${LEDGER}?at=2026-07-01T12:00:00`,
    status: 400,
    code: 'AT_WITHOUT_OFFSET',
    says: 'did you mean 2026-07-01T12:00:00Z?',
  },
  { what: 'an instant in the future', ask: `GET ${LEDGER}?at=2126-07-01T12:00:00Z`, status: 400, code: 'AT_IN_FUTURE' },
  {
    what: 'a version that came after the instant',
    ask: `GET ${LEDGER}?version=5&at=2026-07-01T12:00:30Z`,
    status: 404,
    code: 'VERSION_NOT_YET',
  },
  {
    what: 'an audit from an instant without offset',
    ask: 'GET /audit?from=2026-07-01',
    status: 400,
    code: 'AT_WITHOUT_OFFSET',
    at: 'from',
  },
  {
    what: 'a reading of the active version where nothing is active',
    ask: `GET ${LEDGER}?version=active&environment=staging`,
    status: 404,
    code: 'NOTHING_ACTIVE',
  },
  {
    what: 'a difference from the active version where nothing is active',
    ask: `GET ${LEDGER}/diff?environment=staging`,
    status: 404,
    code: 'NOTHING_ACTIVE',
  },
  {
    what: 'an activation where there is no version yet',
    ask: `POST ${LEDGER}/versions/latest/activate?environment=staging`,
    status: 409,
    code: 'NOTHING_TO_ACTIVATE',
  },
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
