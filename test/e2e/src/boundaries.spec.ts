// The lint itself: each folder rule of .oxlintrc.json catches a violation and says where the code should go, and so do the rules about JSON and spreads.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const refused = [
  ['packages/document/src/npm.ts', 'zod', 'document lies under everything'],
  ['packages/document/src/upwards.ts', '@confledger/domain', 'document lies under everything'],
  ['packages/categories/src/npm.ts', 'ajv', 'it imports document/json-and-paths only'],
  ['packages/categories/src/files.ts', 'node:fs', 'it imports document/json-and-paths only'],
  ['packages/categories/src/digests.ts', '@confledger/document', 'it imports document/json-and-paths only'],
  ['packages/formats/src/npm.ts', 'smol-toml', 'it imports document/json-and-paths and yaml only'],
  ['packages/formats/src/files.ts', 'node:fs', 'it imports document/json-and-paths and yaml only'],
  ['packages/formats/src/digests.ts', '@confledger/document', 'it imports document/json-and-paths and yaml only'],
  ['packages/schemas-ajv/src/sibling.ts', '@confledger/event-store-postgres', 'no other adapter'],
  ['services/api/src/routes/judge.ts', '@confledger/schemas-ajv', 'Only compose.ts or main.ts'],
  ['packages/domain/src/upwards.ts', '@confledger/application', 'A use case belongs in application'],
  ['packages/domain/src/npm.ts', 'pg', 'domain has no npm dependency'],
  ['packages/domain/src/files.ts', 'node:fs/promises', 'domain does no I/O'],
  ['packages/domain/src/time.ts', 'node:timers', 'domain does no I/O'],
  ['packages/contracts/src/upwards.ts', '@confledger/domain', 'Mapping from domain types belongs in application'],
  ['packages/client/src/whole.ts', '@confledger/contracts', 'client runs in browsers'],
  ['packages/client/src/digests.ts', '@confledger/document', 'client runs in browsers'],
  ['packages/client/src/files.ts', 'node:fs/promises', 'no module of Node'],
  ['packages/client/src/npm.ts', 'zod', 'no npm package'],
  ['packages/cli/src/rules.ts', '@confledger/domain', 'What decides belongs in the api'],
  ['packages/cli/src/npm.ts', 'commander', 'without npm dependencies'],
  ['packages/sdk/src/server.ts', '@confledger/application', 'Server code belongs in application or a service'],
  ['packages/application/src/adapter.ts', '@confledger/event-store-postgres', 'Choose the adapter in compose.ts'],
  ['packages/event-store-postgres/src/sibling.ts', '@confledger/read-model-postgres', 'no other adapter'],
  ['packages/read-model-postgres/src/service.ts', '@confledger/api', 'no service'],
  ['packages/feed-http/src/server.ts', '@confledger/application', 'A feed is what nodes install'],
  ['packages/feed-kafka/src/writer.ts', '@confledger/publisher-kafka', 'What writes the feed belongs in a package publisher-*'],
  ['packages/publisher-http/src/sibling.ts', '@confledger/event-store-postgres', 'no other adapter'],
  ['packages/publisher-kafka/src/consumer.ts', '@confledger/feed-kafka', 'in /topic of the feed-* package'],
  ['packages/postgres/src/port.ts', '@confledger/application', 'postgres holds what adapters on Postgres share'],
  ['packages/event-stores/src/more.ts', '@confledger/read-model-postgres', 'The other adapters belong in compose.ts'],
  ['packages/backoff/src/port.ts', '@confledger/application', 'it imports nothing'],
  ['packages/secrets/src/port.ts', '@confledger/document', 'it imports nothing'],
  ['packages/resolution/src/files.ts', 'node:fs', 'resolution does no I/O'],
  ['packages/resolution/src/rules.ts', '@confledger/domain', 'it knows document only'],
  ['packages/process/src/part.ts', '@confledger/postgres', 'process knows how a service begins and ends'],
  ['services/api/src/routes/adapter.ts', '@confledger/event-store-postgres', 'Only compose.ts or main.ts'],
  ['services/api/src/routes/store.ts', '@confledger/event-stores', 'Only compose.ts or main.ts'],
  ['packages/application/src/followers/double.ts', '../in-memory/event-store.js', 'What runs takes no test double'],
  ['packages/application/src/double.ts', './in-memory/testing.js', 'What runs takes no test double'],
  ['packages/read-model-postgres/src/double.ts', '@confledger/application/testing', 'An adapter knows its port'],
  ['packages/publisher-http/src/double.ts', '@confledger/application/testing', 'An adapter knows its port'],
  ['packages/event-stores/src/double.ts', '@confledger/application/testing', 'knows nothing else'],
  ['services/api/src/routes/double.ts', '@confledger/application/testing', 'What runs takes no test double'],
  ['services/relay/src/compose.ts', '@confledger/application/testing', 'What runs takes no test double'],
  ['packages/postgres/src/subpath.ts', '@confledger/process/warnings', 'postgres holds what adapters on Postgres share'],
  ['packages/sdk/src/subpath.ts', '@confledger/application/testing', 'Server code belongs in application or a service'],
  ['services/api/src/routes/subpath.ts', '@confledger/event-stores/guard', 'Only compose.ts or main.ts'],
  ['packages/domain/src/one.ts', './two.js', 'Dependency cycle'],
  ['packages/domain/src/two.ts', './one.js', 'Dependency cycle'],
] as const;

const allowed = [
  ['packages/document/src/hash.ts', 'node:crypto'],
  ['packages/document/src/near.ts', './hash.js'],
  ['packages/domain/src/tree.ts', '@confledger/document'],
  ['packages/domain/src/edition.ts', '@confledger/categories'],
  ['packages/domain/src/meaning.ts', '@confledger/resolution'],
  ['packages/sdk/src/meaning.ts', '@confledger/resolution'],
  ['packages/categories/src/paths.ts', '@confledger/document/json-and-paths'],
  ['packages/formats/src/paths.ts', '@confledger/document/json-and-paths'],
  ['packages/formats/src/parser.ts', 'yaml'],
  ['packages/schemas-ajv/src/port.ts', '@confledger/application'],
  ['packages/domain/src/hash.ts', 'node:crypto'],
  ['packages/domain/src/deep/near.ts', '../hash.js'],
  ['packages/contracts/src/tree.ts', '@confledger/document'],
  ['packages/client/src/table.ts', '@confledger/contracts/http'],
  ['packages/client/src/parser.ts', '@confledger/document/json-and-paths'],
  ['packages/cli/src/call.ts', '@confledger/client'],
  ['packages/cli/src/socket.ts', 'node:http'],
  ['packages/feed-http/src/delays.ts', '@confledger/backoff'],
  ['packages/event-store-eventstoredb/src/delays.ts', '@confledger/backoff'],
  ['packages/application/src/followers/delays.ts', '@confledger/backoff'],
  ['packages/sdk/src/delays.ts', '@confledger/backoff'],
  ['packages/publisher-kafka/src/records.ts', '@confledger/feed-kafka/topic'],
  ['packages/publisher-http/src/port.ts', '@confledger/application'],
  ['packages/sdk/src/feed.ts', '@confledger/feed-http'],
  ['packages/event-store-postgres/src/driver.ts', 'pg'],
  ['packages/event-store-postgres/src/store.spec.ts', '@confledger/conformance'],
  ['packages/event-stores/src/open.ts', '@confledger/event-store-eventstoredb'],
  ['packages/event-stores/src/warnings.ts', '@confledger/process/warnings'],
  ['services/api/src/compose.ts', '@confledger/event-stores'],
  ['services/api/src/fixtures/double.ts', '@confledger/application/testing'],
  ['packages/application/src/in-memory/near.ts', '../ports/event-store.js'],
  ['packages/application/src/followers/follows.spec.ts', '../in-memory/event-store.js'],
] as const;

const BY_PARSE = 'Read the text with parseJsonText';
const BY_RESPONSE = 'Take its text()';

/** Ways to read JSON that misread names on some releases of Node. */
const misreading = [
  ['packages/application/src/call.ts', 'export const read = (text: string): unknown => JSON.parse(text);', BY_PARSE],
  ['packages/sdk/src/handed-on.ts', 'export const read = (texts: string[]): unknown[] => texts.map(JSON.parse);', BY_PARSE],
  ['packages/feed-http/src/taken-apart.ts', 'export const { parse } = JSON;', BY_PARSE],
  ['packages/feed-kafka/src/by-name.ts', "export const read = (text: string): unknown => JSON['parse'](text);", BY_PARSE],
  ['packages/document/src/call.ts', 'export const read = (text: string): unknown => JSON.parse(text);', BY_PARSE],
  ['packages/event-store-postgres/src/call.ts', 'export const read = (text: string): unknown => JSON.parse(text);', BY_PARSE],
  ['services/api/src/routes/call.ts', 'export const read = (text: string): unknown => JSON.parse(text);', BY_PARSE],
  ['services/standalone/src/main.ts', 'export const read = (text: string): unknown => JSON.parse(text);', BY_PARSE],
  ['packages/sdk/src/response.ts', 'export const read = (response: Response): unknown => response.json();', BY_RESPONSE],
  [
    'services/trading-node/src/response.ts',
    'export const read = async (url: string): Promise<unknown> => (await fetch(url)).json();',
    BY_RESPONSE,
  ],
] as const;

const reading = [
  [
    'packages/application/src/reads.ts',
    "import { parseJsonText } from '@confledger/document';\nexport const read = (text: string): unknown => parseJsonText(text);",
  ],
  ['packages/sdk/src/writes.ts', 'export const write = (value: unknown): string => JSON.stringify(value);'],
  ['packages/document/src/getter.ts', 'export const jsonOf = (node: { readonly json: unknown }): unknown => node.json;'],
  ['packages/sdk/src/reads.spec.ts', 'export const read = (text: string): unknown => JSON.parse(text);'],
  ['services/api/src/fixtures/reads.ts', 'export const read = (response: Response): unknown => response.json();'],
] as const;

/** New properties behind a spread, on hot paths. */
const SPREADS = [
  ['packages/domain/src/ledger/state.ts', 'export const a = (b: object): object => ({ ...b, c: 1 });', true],
  ['packages/application/src/commands/staging.ts', "export const a = (b: object): object => ({ ...b, 'c': 1 });", true],
  ['services/api/src/answers/writes.ts', 'export const a = (b: object): object => ({ c: 1, ...b, ...(true && { d: 1 }), e: 2 });', true],
  ['packages/domain/src/ledger/ledger.ts', 'export const a = (b: object): object => ({ c: 1, ...b });', false],
  ['packages/domain/src/ledger/decisions.ts', 'export const a = (b: { head: number }): object => ({ ...b, head: 1 });', false],
  ['packages/domain/src/ledger/cold.ts', 'export const a = (b: object): object => ({ ...b, c: 1 });', false],
  ['packages/application/src/commands/staging.spec.ts', 'export const a = (b: object): object => ({ ...b, c: 1 });', false],
] as const;

interface Finding {
  readonly filename: string;
  readonly code: string;
  readonly message: string;
  readonly help?: string;
}

let findings: readonly Finding[];

beforeAll(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'confledger boundaries '));
  try {
    mkdirSync(path.join(folder, 'infra/lint'), { recursive: true });
    for (const file of ['.oxlintrc.json', 'infra/lint/plugin.mjs']) copyFileSync(path.join(root, file), path.join(folder, file));
    const imports = [...refused, ...allowed].map(
      ([place, specifier]) => [place, `import { thing } from '${specifier}';\nexport const same = thing;`] as const,
    );
    for (const [place, code] of [...imports, ...misreading, ...reading, ...SPREADS]) {
      const file = path.join(folder, place);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `${code}\n`);
    }
    const lint = spawnSync(process.execPath, [path.join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    findings = (JSON.parse(lint.stdout) as { diagnostics: Finding[] }).diagnostics;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function saidOf(place: string, rules = /no-restricted-imports|no-cycle/): string {
  return findings
    .filter(({ filename, code }) => filename.endsWith(place) && rules.test(code))
    .map(({ message, help }) => `${message} ${help ?? ''}`)
    .join('\n');
}

test.each(refused)('%s may not import %s, and the message says where the code should go', (place, _specifier, message) => {
  expect(saidOf(place)).toContain(message);
});

test.each(allowed)('%s may import %s', (place) => {
  expect(saidOf(place)).toBe('');
});

test.each(misreading)('%s may not read JSON by %s, and the message says how to read it', (place, _code, message) => {
  expect(saidOf(place, /no-restricted-properties/)).toContain(message);
});

test.each(reading)('%s may say %s', (place) => {
  expect(saidOf(place, /no-restricted-properties/)).toBe('');
});

test.each(SPREADS)('%s: %s is refused on a hot path: %s', (place, _code, isRefused) => {
  expect(saidOf(place, /spread-last/).includes('A new property behind a spread')).toBe(isRefused);
});

test('what is exempt from the rule about JSON is the function itself, single strings and two files of ours, each with its reason', () => {
  const folders = ['packages', 'services'].flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}/src`));
  const sources = folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith('.ts'));
  const exempt = sources.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/oxlint-disable.*no-restricted-properties(.*)/g)].map(
      ([, reason = '']) => [file, reason] as const,
    ),
  );
  expect(exempt.map(([file]) => file).sort()).toEqual([
    'packages/document/src/parse-json-text.ts',
    'packages/document/src/string-literal.ts',
    'packages/process/src/package-version.ts',
    'packages/process/src/process-identity.ts',
  ]);
  for (const [file, reason] of exempt) expect(reason, file).toMatch(/^ -- .{20}/);
});
