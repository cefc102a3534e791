// The feed's events as the OpenAPI document describes them: what a real api sends has the shape that stands there.
import { activeByName, runRelay } from '@confledger/application';
import { FEED_DOCUMENT_ASKED, FEED_DOCUMENT_HEADER, FEED_EVENT_NAMES } from '@confledger/contracts';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest } from '../fixtures/api-under-test.js';
import { documentedOperations } from '../fixtures/documented-calls.js';
import { openApiCheck, type OpenApiCheck } from '../fixtures/openapi-check.js';

const DOCUMENT = { risk: { max: 1, 'a.b': null, open: {} }, symbols: ['BTC', 'ETH'], text: 'line\nline' };
const BEAT_INTERVAL_MS = 20;

interface FeedEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

let given: ApiUnderTest;
let url: string;
let check: OpenApiCheck;
let publisher: HttpFeedPublisher;
let stopping: AbortController;
let relay: Promise<void>;

beforeEach(async () => {
  publisher = createHttpFeed({
    installation: 'here',
    load: (ledger) => activeByName(given.ledgers, ledger),
    position: () => 0n,
    beatIntervalMs: BEAT_INTERVAL_MS,
  });
  given = await startApi({ feed: publisher });
  check = openApiCheck(given.api);
  stopping = new AbortController();
  url = await given.api.app.listen({ host: '127.0.0.1', port: 0 });
  relay = runRelay({ events: given.store, ledgers: given.ledgers, publisher, onEvent: () => undefined }, stopping.signal);
});
afterEach(async () => {
  stopping.abort();
  await relay;
  await publisher.close();
  await given.close();
});

/** The events that a client of the feed has been sent so far; it leaves when the spec ends. */
async function follow(service: string, headers: Readonly<Record<string, string>> = {}): Promise<() => FeedEvent[]> {
  const response = await fetch(new URL(`/api/v1/feed?service=${service}`, url), {
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    signal: stopping.signal,
  });
  let text = '';
  void (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
  })().catch(() => undefined);
  return () => text.split('\n\n').slice(0, -1).map(readEvent);
}

function readEvent(text: string): FeedEvent {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  return { name: fields.get('event') ?? '', id: fields.get('id'), data: JSON.parse(fields.get('data') ?? '') };
}

const namesOf = (events: readonly FeedEvent[]): string[] => events.map(({ name }) => name).filter((name) => name !== 'beat');

/** Waits until the events, beats left out, are these, and holds each of them against its schema. */
async function isSent(events: () => FeedEvent[], ...names: string[]): Promise<void> {
  await eventually(() => namesOf(events()).length >= names.length);
  expect(namesOf(events())).toEqual(names);
  for (const { name, data } of events()) check.validate(schemaOf(name), data, name);
}

/** The place of the schema that the feed's response names for an event. */
function schemaOf(name: string): string[] {
  const { $ref } = described()[name] ?? { $ref: '' };
  expect([name, $ref]).toEqual([name, expect.stringMatching(/^#\/components\/schemas\/Feed[A-Z][a-z]+$/)]);
  return $ref.split('/').slice(1);
}

function described() {
  return documentedOperations(check.document).get('feed')?.responses['200']?.['x-events'] ?? {};
}

const write = (service: string, configuration: object) =>
  given.ask(`PUT /configurations/${service}`, { body: { configuration, activate: true } });

test('every event of the contract has a schema of its own, and no other event has one', () => {
  expect(Object.keys(described())).toEqual([...FEED_EVENT_NAMES]);
  const components = FEED_EVENT_NAMES.map((name) => schemaOf(name).at(-1) ?? '');
  expect(new Set(components).size).toBe(FEED_EVENT_NAMES.length);
  for (const component of components)
    expect(check.document.components.schemas[component]).toMatchObject({ description: expect.any(String) });
});

test('where nothing is active the feed begins and is complete', async () => {
  await isSent(await follow('engine'), 'reset', 'synchronized');
});

test('events have the shapes that the OpenAPI document describes', async () => {
  const early = await follow('engine');
  await isSent(early, 'reset', 'synchronized');
  await write('engine', DOCUMENT);
  const leaves = Array.from({ length: 5 }, () => 'leaf');
  const first = ['reset', 'synchronized', 'reset', ...leaves, 'active', 'synchronized'];
  await isSent(early, ...first);
  await write('engine', { ...DOCUMENT, symbols: [], text: undefined, added: true });
  await isSent(early, ...first, 'leaf', 'leaf', 'leaf', 'active');
  expect(early().map(({ data }) => data)).toContainEqual({ path: 'text', version: expect.any(Number), removed: true });
  const whole = await follow('engine', { [FEED_DOCUMENT_HEADER]: FEED_DOCUMENT_ASKED });
  await isSent(whole, 'reset', 'document', 'active', 'synchronized');
  await eventually(() => early().some(({ name }) => name === 'beat'));
  const events = [...early(), ...whole()];
  for (const { name, data } of events) check.validate(schemaOf(name), data, name);
  expect(new Set(events.map(({ name }) => name))).toEqual(new Set(FEED_EVENT_NAMES));
});

test('a client that asks for the document is sent it as it reads it, and one that asks otherwise is sent leaves', async () => {
  await write('engine', DOCUMENT);
  const { configuration, version } = (await given.ask('GET /configurations/engine?version=active')).data;
  const events = await follow('engine', { [FEED_DOCUMENT_HEADER]: FEED_DOCUMENT_ASKED });
  await isSent(events, 'reset', 'document', 'active', 'synchronized');
  expect(events()[1]?.data).toEqual({ configuration, seals: {}, version });
  const leaves = Array.from({ length: 5 }, () => 'leaf');
  await isSent(await follow('engine', { [FEED_DOCUMENT_HEADER]: 'yes' }), 'reset', ...leaves, 'active', 'synchronized');
});

test('the header that asks for the document is described', () => {
  const parameters = documentedOperations(check.document).get('feed')?.parameters ?? [];
  expect(parameters).toContainEqual(expect.objectContaining({ name: 'X-Feed-Document', in: 'header', required: false, example: '1' }));
});

test('markers of both forms of statement have the shape that the document describes', async () => {
  const report = { environment: 'production', service: 'older', state: 'waiting', running: null, rejected: null };
  await given.ask('POST /nodes/older-node', { body: report });
  await write('older', { a: 1 });
  await write('newer', { a: 1 });
  const markers: unknown[] = [];
  for (const service of ['older', 'newer']) {
    const events = await follow(service);
    await isSent(events, 'reset', 'leaf', 'active', 'synchronized');
    markers.push(events().find(({ name }) => name === 'active')?.data);
  }
  const [older, newer] = markers;
  expect(older).not.toHaveProperty('own');
  expect(newer).toHaveProperty('own');
});

describe('what is no event of the feed fails its schema', () => {
  const marker = { origin: 'o', activation: 1, version: 1, previous: null, digest: '0'.repeat(64), changes: 1, keyId: '0'.repeat(16) };
  const signed = { ...marker, signature: 'x'.repeat(86), actor: 'a', occurredAt: '2026-07-01T12:00:00.000Z' };
  test.each<[string, string, unknown]>([
    ['a reset without an incarnation', 'reset', {}],
    ['a document without seals', 'document', { configuration: {}, version: 1 }],
    ['a document that is a list', 'document', { configuration: [], seals: {}, version: 1 }],
    ['a leaf with neither value nor removed', 'leaf', { path: 'a', version: 1 }],
    ['a leaf with both', 'leaf', { path: 'a', version: 1, value: 1, removed: true }],
    ['a removal that is none', 'leaf', { path: 'a', version: 1, removed: false }],
    ['a marker with a part of what form 2 adds', 'active', { ...signed, own: '0'.repeat(64) }],
    ['a synchronized with a member', 'synchronized', { position: 'x:1' }],
    ['a beat without a position', 'beat', { installation: 'i', incarnation: 'i', time: '2026-07-01T12:00:00.000Z', partitions: 1 }],
  ])('%s', (_what, name, data) => {
    expect(() => check.validate(schemaOf(name), data, name)).toThrow(`${name} with another shape`);
  });
});
