// Bad input: environments, services and addresses.
import { afterAll, beforeAll, test } from 'vitest';
import { type BadInput, LEDGER, setValue, startBadInput } from './fixtures/bad-input.js';

const BAD: BadInput[] = [
  {
    what: 'an unknown environment',
    ask: `GET ${LEDGER}?environment=prodution`,
    status: 404,
    code: 'ENVIRONMENT_UNKNOWN',
    at: 'environment',
    says: 'did you mean production?',
  },
  {
    what: 'an unknown environment in the path',
    ask: `PUT ${LEDGER}/environments/Staging`,
    with: { body: { configuration: {} } },
    status: 404,
    code: 'ENVIRONMENT_UNKNOWN',
    says: 'development, testing, staging, production',
  },
  {
    what: 'an unknown environment of a list',
    ask: 'GET /audit?environment=nowhere',
    status: 404,
    code: 'ENVIRONMENT_UNKNOWN',
  },
  {
    what: 'environments in query and body that disagree',
    ask: `PUT ${LEDGER}/x?environment=staging`,
    with: { body: { value: 1, environment: 'testing' } },
    status: 400,
    code: 'ENVIRONMENT_MISMATCH',
    at: 'environment',
  },
  {
    what: 'environments in path and query that disagree',
    ask: `GET ${LEDGER}/environments/staging?environment=testing`,
    status: 400,
    code: 'ENVIRONMENT_MISMATCH',
  },
  {
    what: 'a service name out of pattern',
    ask: 'PUT /configurations/Trading%20Engine/x',
    with: setValue(1),
    status: 400,
    code: 'SERVICE_NAME_INVALID',
    at: 'service',
    says: 'did you mean trading-engine?',
  },
  {
    what: 'a service name that is too long',
    ask: `GET /configurations/${'x'.repeat(64)}`,
    status: 400,
    code: 'SERVICE_NAME_INVALID',
  },
  { what: 'a service without a ledger', ask: 'GET /configurations/nobody', status: 404, code: 'LEDGER_UNKNOWN' },
  {
    what: 'a deletion in a service without a ledger',
    ask: 'DELETE /configurations/nobody/x',
    status: 404,
    code: 'LEDGER_UNKNOWN',
  },
  {
    what: 'malformed percent-encoding in the path',
    ask: `GET ${LEDGER}/a%zz`,
    status: 400,
    code: 'PERCENT_ENCODING_MALFORMED',
  },
  {
    what: 'bytes in the path that are no UTF-8',
    ask: `GET ${LEDGER}/%ff`,
    status: 400,
    code: 'PERCENT_ENCODING_MALFORMED',
  },
  {
    what: 'malformed percent-encoding in the query',
    ask: `GET ${LEDGER}/value?key=%`,
    status: 400,
    code: 'PERCENT_ENCODING_MALFORMED',
    at: 'query',
  },
  { what: 'an unknown address', ask: 'GET /configuration/engine/versions/3', status: 404, code: 'ROUTE_UNKNOWN' },
  {
    what: 'an address almost right',
    ask: 'GET /audits',
    status: 404,
    code: 'ROUTE_UNKNOWN',
    says: 'did you mean /api/v1/audit?',
  },
  {
    what: 'an address without the base',
    ask: 'GET //metrics',
    status: 404,
    code: 'ROUTE_UNKNOWN',
    says: 'did you mean /api/v1/metrics?',
  },
  {
    what: 'a method that the address does not take',
    ask: 'PUT /audit',
    with: { body: {} },
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    says: 'Use GET, HEAD.',
  },
  {
    what: 'a word of the API as a path in the URL',
    ask: `PUT ${LEDGER}/versions`,
    with: setValue(1),
    status: 400,
    code: 'PATH_RESERVED',
    says: 'value?key=versions',
  },
  { what: 'a word that a later call will have', ask: `GET ${LEDGER}/effective`, status: 400, code: 'PATH_RESERVED' },
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
