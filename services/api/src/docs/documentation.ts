// Serves the documentation: /openapi.json, Swagger UI at /docs, the error page at /docs/errors. Open without a token, and
// whole without the internet. / leads there.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { OpenAPIV3 } from 'openapi-types';
import { JSON_TYPE } from '../answers/envelope.js';
import type { Endpoint } from '../endpoint.js';
import { errorPage } from './error-page.js';
import { openApiDocument } from './openapi.js';

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** Stands at the top of /docs: the name, as the page is ours and not its framework's. */
const LOGO = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="130" height="40"><text x="0" y="27" fill="#fff" font-family="sans-serif" font-size="22" font-weight="600">ConfLedger</text></svg>',
);

/** Registers the pages. */
export async function serveDocumentation(app: FastifyInstance, endpoints: readonly Endpoint[], version: string): Promise<void> {
  const document = openApiDocument(endpoints, version);
  const json = JSON.stringify(document);
  const errors = errorPage();
  const config = { access: 'open', operation: 'documentation' } as const;
  // Who opens the address that the terminal names is a person with a browser.
  app.get('/', { config }, async (_request, reply) => reply.redirect('/docs'));
  app.get('/openapi.json', { config }, async (_request, reply) => {
    reply.header('content-type', JSON_TYPE);
    return json;
  });
  app.get('/docs/errors', { config }, async (_request, reply) => {
    reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY });
    return errors;
  });
  await app.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, ...config };
    });
    await pages.register(swagger, { mode: 'static', specification: { document: document as OpenAPIV3.Document & typeof document } });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      theme: { title: 'ConfLedger' },
      logo: { type: 'image/svg+xml', content: LOGO, href: '/docs', target: '_self' },
      uiConfig: { docExpansion: 'list', defaultModelsExpandDepth: 0, persistAuthorization: false },
    });
  });
}
