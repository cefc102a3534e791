// Makes the calls against the apis of one installation and notes what each of them answers.
import { eventually } from '@confledger/test-support';
import { addressOf, changesNothing, type Call } from './call.js';

/** An api, and tokens that it takes. */
export interface Target {
  readonly url: string;
  /** May do everything. */
  readonly token: string;
  /** Of a trading node: of the actor `reference-node.node`, which a standalone has. */
  readonly nodeToken: string;
}

export interface Answer {
  readonly status: number;
  /** By name, as they came. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What one call came to: one answer of each api that was asked. */
export interface Answered {
  readonly call: Call;
  /** By the order of the apis; null for an api that was not asked, because the call changes something. */
  readonly answers: readonly (Answer | null)[];
  /** Of the first api that was asked: what the installation answered where only one was. */
  readonly first: Answer;
}

/** What a word in braces stands for: the newest match in any body. Beside them `etag`, of the newest answer with one, `installation` and the tokens. */
const REMEMBERED = {
  /** Of the first item of a list of events. */
  first: /"items":\[\{"position":"([^"]+)"/,
  /** Of a list with another page. */
  next: /"next":"([^"]+)"/,
  /** When the first item of a list happened. */
  instant: /"items":\[\{[^{}]*?"occurredAt":"([^"]+)"/,
} as const;

/** `position` is that of the newest write: lists say where the read model is. */
const WRITTEN = /"position":"([^"]+)"/;

type Memory = Map<string, string>;

/** What takes longer than any limit of an api is stuck. */
const ANSWER_MS_MAX = 30_000;

/** Makes every call in its order: what changes nothing at every api, everything else at one of them, by turns. */
export async function transcriptOf(targets: readonly Target[], calls: readonly Call[], installation: string): Promise<Answered[]> {
  const memory: Memory = new Map([['installation', installation]]);
  const answered: Answered[] = [];
  for (const [turn, call] of calls.entries()) {
    const answers: (Answer | null)[] = [];
    for (const [index, target] of targets.entries()) {
      const isAsked = changesNothing(call) || turn % targets.length === index;
      answers.push(isAsked ? await answerTo(target, call, { turn, memory }) : null);
    }
    const first = answers.find((answer) => answer !== null);
    if (first === undefined || first === null) throw new Error(`${call.request}: no api was asked`);
    remember(memory, call, first);
    answered.push({ call, answers, first });
  }
  return answered;
}

interface Moment {
  /** Place of the call in the list. */
  readonly turn: number;
  readonly memory: Memory;
}

function answerTo(target: Target, call: Call, moment: Moment): Promise<Answer> {
  const { until } = call;
  if (until === undefined) return send(target, call, moment);
  const look = async (): Promise<Answer | undefined> => {
    const answer = await send(target, call, moment);
    return until.test(answer.body) ? answer : undefined;
  };
  return eventually(look, { timeoutMs: ANSWER_MS_MAX });
}

async function send({ url, token, nodeToken }: Target, call: Call, { turn, memory }: Moment): Promise<Answer> {
  memory.set('token', token).set('nodeToken', nodeToken);
  const { method, url: place } = addressOf(call);
  const body = call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const given = {
    authorization: `Bearer ${token}`,
    'accept-encoding': 'identity',
    // Stands in the log as the correlation id.
    'x-request-id': `call-${turn}`,
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...call.headers,
  };
  const headers = Object.entries(given).filter(([, value]) => value !== '');
  const response = await fetch(url + filled(place, memory), {
    method,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, filled(value, memory)])),
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    ...(body === undefined ? {} : { body: filled(body, memory) }),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

function filled(text: string, memory: Memory): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => memory.get(name) ?? whole);
}

function remember(memory: Memory, call: Call, { headers, body }: Answer): void {
  const patterns = changesNothing(call) ? REMEMBERED : { ...REMEMBERED, position: WRITTEN };
  for (const [name, pattern] of Object.entries(patterns)) {
    const value = pattern.exec(body)?.[1];
    if (value !== undefined) memory.set(name, value);
  }
  if (headers['etag'] !== undefined) memory.set('etag', headers['etag']);
}
