// The pages as a browser takes them: what they name is there, and their Content-Security-Policy permits it over plain HTTP.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from '../fixtures/api-under-test.js';

/** A source that a page or a style sheet names, under the directive that permits it. */
interface Named {
  readonly directive: string;
  readonly source: string;
}

const LINKED = /<(?:script|link|img)\b[^>]*?(?:src|href)="([^"]+)"/g;
const INLINE = /<(script|style)(?![^>]*\bsrc=)[^>]*>/g;
const IN_STYLE = /url\(["']?([^"')]+)/g;

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
});
afterAll(() => given.close());

const get = (address: string) => given.ask(`GET /${address}`, { token: null });

function directiveOf(source: string): string {
  if (source.endsWith('.js')) return 'script-src';
  return source.endsWith('.css') ? 'style-src' : 'img-src';
}

/** Everything that a page loads by itself, and what stands inside it. */
function namedBy(page: string): Named[] {
  const linked = [...page.matchAll(LINKED)].map(([, source = '']) => ({ directive: directiveOf(source), source }));
  const inside = [...page.matchAll(INLINE)].map(([, element]) => ({ directive: `${element}-src`, source: "'unsafe-inline'" }));
  return [...linked, ...inside];
}

function directives(policy: unknown): ReadonlyMap<string, readonly string[]> {
  const parts = String(policy)
    .split(';')
    .map((part) => part.trim().split(/\s+/));
  return new Map(parts.map(([name = '', ...sources]) => [name, sources]));
}

/** The keyword or scheme that has to be in the policy for a source. */
function permission(source: string): string {
  if (source === "'unsafe-inline'") return source;
  const { protocol, host } = new URL(source, 'http://page.test/docs/');
  if (protocol === 'data:') return protocol;
  return host === 'page.test' ? "'self'" : host;
}

function isPermitted(policy: ReadonlyMap<string, readonly string[]>, { directive, source }: Named): boolean {
  return (policy.get(directive) ?? policy.get('default-src') ?? []).includes(permission(source));
}

describe.each(['/docs', '/docs/', '/docs/errors'])('%s', (address) => {
  const policyOf = async () => directives((await get(address)).headers['content-security-policy']);

  test('is loaded from any host over plain HTTP, and from this server alone', async () => {
    const policy = await policyOf();
    expect([...policy.keys()]).not.toContain('upgrade-insecure-requests');
    const sources = [...policy.values()].flat();
    expect(sources.filter((source) => !["'self'", "'none'", "'unsafe-inline'", 'data:'].includes(source))).toEqual([]);
    expect([...(policy.get('script-src') ?? []), ...(policy.get('default-src') ?? [])]).not.toContain("'unsafe-inline'");
  });

  test('is in no frame, by both of the headers that say so', async () => {
    expect((await policyOf()).get('frame-ancestors')).toEqual(["'none'"]);
    expect((await get(address)).headers['x-frame-options']).toBe('DENY');
  });

  test('names only what is there and what its policy permits', async () => {
    const policy = await policyOf();
    const named = namedBy((await get(address)).text);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((each) => !isPermitted(policy, each))).toEqual([]);
    for (const { source } of named.filter(({ source }) => source !== "'unsafe-inline'")) {
      const found = await get(new URL(source, `http://page.test${address}`).pathname);
      expect([source, found.status]).toEqual([source, 200]);
      const inStyle = source.endsWith('.css') ? [...found.text.matchAll(IN_STYLE)] : [];
      const pictures = inStyle.map(([, picture = '']) => ({ directive: 'img-src', source: picture }));
      expect(pictures.filter((each) => !isPermitted(policy, each))).toEqual([]);
    }
  });
});

test.each(['/docs/json', '/docs/yaml'])('%s leads to the one address of the OpenAPI document', async (address) => {
  const { status, headers, text } = await get(address);
  expect([status, headers.location, text]).toEqual([308, '/openapi.json', '']);
});

test('the page of the calls has no bar that loads the document of another server', async () => {
  const initializer = await get('/docs/static/swagger-initializer.js');
  expect(initializer.text).toContain('"layout":"BaseLayout"');
});

test('the page of the calls says where the token is, at its top and where it is asked for', async () => {
  const { info, components } = (await get('/openapi.json')).body as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  expect(info?.['description']).toContain('press **Authorize** and paste the content of the file `admin.token` in the data directory');
  expect(components?.['securitySchemes']).toMatchObject({ token: { description: expect.stringContaining('admin.token') } });
});

test('the icon that browsers ask for without being told of one is there', async () => {
  const icon = await get('/favicon.ico');
  expect([icon.status, icon.headers['content-type']]).toEqual([200, 'image/svg+xml']);
  expect(icon.text).toMatch(/^<svg /);
});
