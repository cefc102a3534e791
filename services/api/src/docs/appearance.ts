// What the pages of the documentation look like, and what a browser may load for them. The server speaks plain HTTP, behind a
// TLS proxy or not: no policy may turn an address into https.

/** For Swagger UI: everything comes from this server, pictures may stand in the style sheet. */
export const SWAGGER_POLICY = policy({
  'default-src': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
  'img-src': "'self' data:",
  'object-src': "'none'",
});

/** For the page of the errors, whose style stands inside it. */
export const ERROR_PAGE_POLICY = policy({
  'default-src': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
  'img-src': "'self'",
  'style-src': "'unsafe-inline'",
});

/** A ledger of three lines, the last of which is active. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#16324f"/><path d="M8 10h16M8 16h16" stroke="#9fb8d0" stroke-width="3" stroke-linecap="round"/><path d="M8 22h16" stroke="#3ecf8e" stroke-width="3" stroke-linecap="round"/></svg>';

/** The media type of ICON. */
export const ICON_TYPE = 'image/svg+xml';

/** Puts the icon before the heading of Swagger UI, and hides the choice of a server, of which there is one. */
export const SWAGGER_STYLE = `
.swagger-ui .info { margin: 30px 0; }
.swagger-ui .info hgroup.main { background: url("data:${ICON_TYPE};base64,${Buffer.from(ICON).toString('base64')}") no-repeat 0 2px / 36px; padding-left: 48px; }
.swagger-ui .scheme-container .schemes > .schemes-server-container { display: none; }
.swagger-ui .scheme-container .schemes { justify-content: flex-end; }
.swagger-ui .scheme-container { padding: 14px 0; }
`;

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}
