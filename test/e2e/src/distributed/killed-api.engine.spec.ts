// An api killed between append and answer, in the middle of a change set of many appends, and again and again under load; on both stores.
// A client repeats its request with the same key, at any api, until it is answered: then all is there once, or not at all.
import { eventually, sharedKafka, type SharedKafka } from '@confledger/test-support';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ApiCaller, ApiResponse } from '../api-caller.js';
import { checkLog, type CheckedLedger } from '../log-check.js';
import { acknowledgement } from '../mixed-load.js';
import { Installation } from './installation.js';
import { type Load, startLoad } from './load.js';
import { Operator } from './operator.js';
import type { Part } from './part.js';
import { storyProblems, type ToldClient } from './story.js';
import { rowsOf } from './stores.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
/** Has the large documents. */
const LARGE = 'mev-searcher';
const TEST = { timeout: 240_000 };
const LONG = { timeoutMs: 60_000 };
/** With what is stored beside each value, about eight appends. */
const LARGE_LEAVES = 4_000;
const LARGE_VALUE = 'x'.repeat(1_000);
/** A writer that finds another's open change set waits 5 s for its end; the rest is the machine. */
const NEXT_WRITER_MS_MAX = 20_000;
const KILLS = 6;
/** Between two kills; the moment is random. */
const LIFE_MS_MAX = 1_500;
/** How long the store's answers are held back before a kill: commands of every client are appended and not answered then. */
const UNANSWERED_MS = 100;

/** A request that a client repeats. */
interface Command {
  readonly method: string;
  /** Behind `/configurations/<service>`. */
  readonly place: string;
  readonly body: unknown;
  readonly key: string;
}

let kafka: SharedKafka;
beforeAll(async () => void (kafka = await sharedKafka()), 300_000);

describe.each(['postgres', 'eventstoredb'] as const)('on %s', (store) => {
  let installation: Installation;
  /** Of all tests: the log holds what all of them did. */
  let clients: ToldClient[];
  let operator: Operator;
  let load: Load | undefined;

  beforeAll(async () => {
    installation = await Installation.start({ kafka, store, apis: 2, follow: [...SERVICES, LARGE] });
    operator = new Operator(() => installation.caller());
    clients = [operator];
    for (const service of [...SERVICES, LARGE]) await activate(service, 'first');
  }, 300_000);
  afterEach(async () => {
    installation.store.proxy?.resume();
    await load?.stop();
  });
  afterAll(() => installation?.close());

  async function activate(service: string, value: string): Promise<void> {
    await operator.command('PUT', service, '/hand', { value, activate: 'all' });
  }

  function apis(): readonly [Part, Part] {
    const [victim, other] = installation.apis;
    if (victim === undefined || other === undefined) throw new Error('there are two apis');
    return [victim, other];
  }

  function send(caller: ApiCaller, service: string, { method, place, body, key }: Command): Promise<ApiResponse> {
    return caller.call(method, `/configurations/${service}${place}`, body, { 'idempotency-key': key });
  }

  /** For the checker. */
  function note(service: string, { key }: Command, answer: ApiResponse): void {
    clients.push({ acknowledged: [acknowledgement(`production.${service}`, key, answer.body)], strange: [] });
  }

  /** Kills the api as soon as the store has something of what it was sent. */
  async function killWhenStored(victim: Part, service: string, command: Command): Promise<void> {
    const { events } = installation.store;
    const before = await events.lastPosition();
    const broken = send(installation.callerOf(victim), service, command).then(
      () => 'answered',
      () => 'broken',
    );
    await eventually(async () => (await events.lastPosition()) > before, LONG);
    await victim.kill();
    expect(await broken).toBe('broken');
  }

  async function ledger(service: string): Promise<CheckedLedger | undefined> {
    return checkLog(await rowsOf(installation.store.events), installation.publicKey).ledgers.get(`production.${service}`);
  }

  test(
    'a client whose api is killed between append and answer gets the first answer from any api, and its command is there once',
    TEST,
    async (context) => {
      const { proxy } = installation.store;
      if (proxy === null) return context.skip('the EventStoreDB of CONFLEDGER_TEST_EVENTSTORE_URL is reached without a proxy');
      const [victim, other] = apis();
      const [service = ''] = SERVICES;
      // It knows the ledger and its environment from now on, and reads nothing before it appends a draft within a second.
      const warming = new Operator(() => installation.callerOf(victim));
      clients.push(warming);
      await warming.command('PUT', service, '/warm', { value: 1 });
      const command: Command = {
        method: 'PATCH',
        place: '',
        body: { configuration: { unanswered: { a: 1, b: 2 } } },
        key: 'unanswered',
      };
      proxy.pause('toClient');
      await killWhenStored(victim, service, command);
      proxy.resume();
      const first = await send(installation.callerOf(other), service, command);
      await victim.start();
      for (const api of [victim, other]) {
        const repeated = await send(installation.callerOf(api), service, command);
        expect([repeated.status, repeated.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
        expect(repeated.body.data).toEqual(first.body.data);
        note(service, command, repeated);
        expect(await send(installation.callerOf(api), service, { ...command, body: { configuration: {} } })).toMatchObject({
          status: 409,
          body: { code: 'IDEMPOTENCY_KEY_REUSED' },
        });
      }
      expect(first.headers.get('idempotency-replayed')).toBe('true');
      expect(await storyProblems(installation, clients)).toEqual([]);
    },
  );

  test(
    'a change set of many appends whose api is killed in the middle is never half there, and does not stop the next writer',
    TEST,
    async () => {
      const before = (await ledger(LARGE))?.version;
      const configuration = Object.fromEntries(Array.from({ length: LARGE_LEAVES }, (_, index) => [`leaf-${index}`, LARGE_VALUE]));
      const replace: Command = { method: 'PUT', place: '', body: { configuration, activate: 'all' }, key: 'large' };
      const rollback: Command = { method: 'POST', place: `/versions/${before}/rollback`, body: {}, key: 'back' };
      for (const [index, command] of [replace, rollback].entries()) {
        const [victim, other] = apis();
        const earlier = await ledger(LARGE);
        await killWhenStored(victim, LARGE, command);
        // What was begun is in the log, and nothing of it in any answer.
        expect(await ledger(LARGE)).toMatchObject({ version: earlier?.version, digest: earlier?.digest, abandoned: index + 1 });
        const read = await installation.callerOf(other).call('GET', `/configurations/${LARGE}`);
        expect(read.body.data).toMatchObject({ version: earlier?.version, digest: earlier?.digest });
        const begun = performance.now();
        await activate(LARGE, `next-${index}`);
        expect(performance.now() - begun).toBeLessThan(NEXT_WRITER_MS_MAX);
        await victim.start();
        const repeated = await send(installation.callerOf(victim), LARGE, command);
        expect([repeated.body.success, repeated.headers.get('idempotency-replayed')]).toEqual([true, null]);
        note(LARGE, command, repeated);
      }
      expect(await ledger(LARGE)).toMatchObject({ abandoned: 2 });
      expect(await storyProblems(installation, clients)).toEqual([]);
    },
  );

  test('apis that are killed at any moment of a load lose no command and carry none out twice', TEST, async () => {
    const { proxy } = installation.store;
    load = startLoad(installation, 'killed', SERVICES);
    clients.push(...load.clients);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(Math.random() * LIFE_MS_MAX);
      const victim = apis()[kill % 2 === 0 ? 0 : 1];
      const before = load.acknowledged();
      // By itself the moment between append and answer is hardly ever hit.
      proxy?.pause('toClient');
      await sleep(UNANSWERED_MS);
      await victim.kill();
      proxy?.resume();
      await eventually(() => (load?.acknowledged() ?? 0) > before, LONG);
      await victim.start();
    }
    await load.stop();
    expect(await storyProblems(installation, clients)).toEqual([]);
  });
});
