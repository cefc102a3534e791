// The OpenAPI 3.1 document, made from the endpoints and their zod schemas. Served at /openapi.json and shown at /docs.
import { BASE } from '@confledger/contracts/http';
import type { Endpoint } from '../endpoint.js';
import { failureAnswer } from '../schemas/answers.js';
import { schemaOf, type Json } from './json-schema.js';
import { parametersOf } from './parameters.js';
import { requestBody, responsesOf } from './responses.js';

/** Where people find the token: at the top of /docs, and in its dialog. */
const TOKEN_PLACE = 'the content of the file `admin.token` in the data directory of the api (`.confledger` by default)';

const DESCRIPTION = `An event-sourced configuration ledger for trading platforms. [Every error](/docs/errors) has a code.

Calls need a token: press **Authorize** and paste ${TOKEN_PLACE}, or that of another \`<actor>.token\` beside it.`;

const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', description: `Paste ${TOKEN_PLACE}.` },
  serviceToken: { type: 'apiKey', in: 'header', name: 'X-Service-Token', description: 'The same token in a header of its own' },
};

/** Makes the document. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): Json {
  const components: Json = {};
  schemaOf(failureAnswer, 'output', components);
  const paths: { [path: string]: Json } = {};
  for (const endpoint of endpoints) {
    const path = (paths[`${BASE}${endpoint.path}`] ??= {});
    path[endpoint.method.toLowerCase()] = operation(endpoint, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'ConfLedger',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { serviceToken: [] }],
    tags: [...new Set(endpoints.map(({ group }) => group))].map((name) => ({ name })),
    paths,
    components: { schemas: components, securitySchemes: SECURITY_SCHEMES },
  };
}

function operation(endpoint: Endpoint, components: Json): Json {
  return {
    operationId: endpoint.name,
    tags: [endpoint.group],
    summary: endpoint.summary,
    'x-access': endpoint.access,
    ...(endpoint.access === 'open' ? { security: [] } : {}),
    parameters: parametersOf(endpoint, components),
    ...(endpoint.body === null ? {} : { requestBody: requestBody(endpoint.name, endpoint.body, components) }),
    responses: responsesOf(endpoint, components),
  };
}
