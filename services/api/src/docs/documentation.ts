// Serves the documentation: /openapi.json, Swagger UI at /docs, the error page at /docs/errors. Open without a token, and
// whole without the internet. / leads there.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { OpenAPIV3 } from 'openapi-types';
import { JSON_TYPE } from '../answers/envelope.js';
import type { Endpoint } from '../endpoint.js';
import { ERROR_PAGE_POLICY, ICON, ICON_TYPE, SWAGGER_POLICY, SWAGGER_STYLE } from './appearance.js';
import { errorPage } from './error-page.js';
import { openApiDocument } from './openapi.js';

/** Where Swagger UI serves the OpenAPI document too. It has one address. */
const OTHER_ADDRESSES: ReadonlySet<string> = new Set(['/docs/json', '/docs/yaml']);

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
    reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': ERROR_PAGE_POLICY });
    return errors;
  });
  // Browsers ask for it wherever a page names no other.
  app.get('/favicon.ico', { config }, async (_request, reply) => {
    reply.header('content-type', ICON_TYPE);
    return ICON;
  });
  await app.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, ...config };
    });
    pages.addHook('onRequest', async (request, reply) => {
      if (OTHER_ADDRESSES.has(request.routeOptions.url ?? '')) await reply.redirect('/openapi.json', 308);
    });
    await pages.register(swagger, { mode: 'static', specification: { document: document as OpenAPIV3.Document & typeof document } });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: SWAGGER_POLICY,
      theme: {
        title: 'ConfLedger',
        css: [{ filename: 'confledger.css', content: SWAGGER_STYLE }],
        favicon: [{ filename: 'icon.svg', rel: 'icon', type: ICON_TYPE, sizes: 'any', content: ICON }],
      },
      // Without the bar on top, whose only use is to show the document of another server.
      uiConfig: { layout: 'BaseLayout', docExpansion: 'list', defaultModelsExpandDepth: 0, persistAuthorization: false },
    });
  });
}
