// The answers of one installation are the same from every api and in both modes: the same calls come to the same statuses, headers and bodies at
// a standalone and at the parts on their own, on both event stores.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OPERATION_NAMES } from '@confledger/contracts/http';
import { sharedKafka } from '@confledger/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiCaller } from '../api-caller.js';
import { Installation } from '../distributed/installation.js';
import { startStandalone, type Standalone } from '../standalone.js';
import { changesNothing, operationOf } from './call.js';
import { CALLS, COMPARED_APART } from './calls.js';
import { feedsOf } from './feeds.js';
import { bytesOf, NormalForm } from './normal-form.js';
import { transcriptOf, type Answered, type Target } from './transcript.js';

const START_MS_MAX = 300_000;
/** The actor of a standalone's own node, and its token here. */
const [NODE, NODE_TOKEN] = ['reference-node.node', 'the-token-of-a-trading-node'];
/** Of each api, so that a test can use them up. */
const SETTINGS = { CONFLEDGER_FEED: 'http', CONFLEDGER_FEED_CLIENTS_MAX: '8' };

let folder: string;
let standalone: Standalone;
let together: Compared;

/** What one installation answered. */
interface Compared {
  readonly answered: readonly Answered[];
  /** What each api said, in normal form. */
  readonly apis: readonly Said[];
}

interface Said {
  readonly target: Target;
  /** To each call; where another api was asked, what that said. */
  readonly calls: readonly object[];
  readonly feeds: readonly object[];
}

async function compared(targets: readonly Target[]): Promise<Compared> {
  const [{ url, token } = { url: '', token: '' }] = targets;
  const { data } = (await apiCaller(url, token).call('GET', '/status')).body;
  const installation = String(data['installation']);
  const answered = await transcriptOf(targets, CALLS, installation);
  const apis: Said[] = [];
  for (const [index, target] of targets.entries()) {
    const form = new NormalForm(installation);
    const calls = answered.map(({ call, answers, first }) => ({
      call: call.request,
      ...form.answer(answers[index] ?? first, call.unlike),
    }));
    apis.push({ target, calls, feeds: (await feedsOf(target)).map((answer) => form.answer(answer)) });
  }
  return { answered, apis };
}

function apiOf({ apis }: Compared, index: number): Said {
  const api = apis[index];
  if (api === undefined) throw new Error(`there are ${apis.length} apis`);
  return api;
}

/** What the metrics say that they are: a line of help and a line of type for each. */
async function metricsOf({ url, token }: Pick<Target, 'url' | 'token'>): Promise<string[]> {
  const response = await fetch(`${url}/api/v1/metrics`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('# '))
    .toSorted();
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'confledger-modes-'));
  standalone = await startStandalone(folder, { CONFLEDGER_FEED_CLIENTS_MAX: SETTINGS.CONFLEDGER_FEED_CLIENTS_MAX });
  const { url, token } = standalone;
  together = await compared([{ url, token, nodeToken: readFileSync(path.join(folder, `${NODE}.token`), 'utf8').trim() }]);
}, START_MS_MAX);
afterAll(async () => {
  await standalone?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

test('every call comes to what the list says of it, and every operation of the table succeeds in one', () => {
  const unexpected = together.answered
    .filter(({ call: { refused }, first: { status, body } }) =>
      refused === undefined ? status >= 400 : !body.includes(`"code":"${refused}"`),
    )
    .map(({ call, first }) => [call.request, call.refused, first.status, first.body.slice(0, 300)]);
  expect(unexpected).toEqual([]);
  const succeeded = new Set(together.answered.filter(({ call }) => call.refused === undefined).map(({ call }) => operationOf(call)));
  expect(OPERATION_NAMES.filter((name) => !succeeded.has(name))).toEqual(COMPARED_APART);
});

describe.each(['postgres', 'eventstoredb'] as const)('on %s', (store) => {
  let installation: Installation;
  let apart: Compared;

  beforeAll(async () => {
    const options = { store, apis: 2, settings: SETTINGS, tokens: { [NODE]: NODE_TOKEN } };
    installation = await Installation.start({ ...options, kafka: await sharedKafka() });
    const { token } = installation;
    apart = await compared(installation.apis.map((api) => ({ url: api.url() ?? '', token, nodeToken: NODE_TOKEN })));
  }, START_MS_MAX);
  afterAll(() => installation?.close());

  test('two apis answer the same bytes to what changes nothing', () => {
    let comparisons = 0;
    for (const { call, answers } of apart.answered) {
      const [one, other] = answers;
      if (!one || !other) continue;
      expect({ call: call.request, ...bytesOf(other, call.unlike) }).toEqual({ call: call.request, ...bytesOf(one, call.unlike) });
      comparisons += 1;
    }
    expect(comparisons).toBe(CALLS.filter(changesNothing).length);
  });

  describe.each([0, 1])('api %i of the parts on their own', (index) => {
    test('answers every call as the standalone', () => {
      const expected = apiOf(together, 0);
      // One by one: numbers of first occurrences go apart behind the first difference.
      for (const [place, call] of apiOf(apart, index).calls.entries()) expect(call).toEqual(expected.calls[place]);
    });

    test('feeds nodes as the standalone', () => {
      expect(apiOf(apart, index).feeds).toEqual(apiOf(together, 0).feeds);
    });

    test('names the same metrics as the standalone', async () => {
      const expected = await metricsOf(standalone);
      expect(expected).toContain('# TYPE confledger_http_request_duration_seconds histogram');
      expect(await metricsOf(apiOf(apart, index).target)).toEqual(expected);
    });
  });
});
