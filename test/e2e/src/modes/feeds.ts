// What an api sends to those that follow its feed: the whole of it up to the present, the rest of it, and a refusal when it has no more room.
import type { Answer, Target } from './transcript.js';

/** What is followed: a ledger with an active version, one without, one that does not exist, and a name that none can have. */
const FOLLOWED = ['desk', 'empty', 'nowhere', 'No'];
const FEED_MS_MAX = 30_000;
/** More than any api is started with here. */
const CLIENTS_MAX = 20;

const SYNCHRONIZED = /^event: synchronized\n[^]*?\n\n/m;
/** Comes every few seconds, whatever else is sent. */
const BEAT = /^event: beat\ndata: .*\n\n/gm;

interface Followed {
  readonly answer: Answer;
  /** Goes. */
  readonly leave: () => void;
}

/** The answers to those who follow one after the other, to one who comes back, and to the one that is too many. */
export async function feedsOf(target: Target): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const service of FOLLOWED) answers.push(await feedOf(target, service));
  const seen = /^id: (.+)$/m.exec(answers[0]?.body ?? '')?.[1] ?? '';
  answers.push(await feedOf(target, 'desk', { 'last-event-id': seen }), await feedTooMany(target));
  return answers;
}

async function feedOf(target: Target, service: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { answer, leave } = await follow(target, service, headers);
  leave();
  return answer;
}

/** Follows until it is refused. */
async function feedTooMany(target: Target): Promise<Answer> {
  const followed: Followed[] = [];
  try {
    while (followed.length < CLIENTS_MAX) {
      const next = await follow(target, 'desk');
      followed.push(next);
      if (next.answer.status !== 200) return next.answer;
    }
    throw new Error(`${CLIENTS_MAX} clients follow the feed, and none was refused`);
  } finally {
    for (const { leave } of followed) leave();
  }
}

/** Follows, and resolves with the feed up to its first event that says that everything was sent. */
async function follow({ url, token }: Target, service: string, headers: Readonly<Record<string, string>> = {}): Promise<Followed> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/feed?service=${service}`, {
    headers: { authorization: `Bearer ${token}`, 'x-request-id': `feed-of-${service}`, ...headers },
    signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(FEED_MS_MAX)]),
  });
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let body = '';
  while (!SYNCHRONIZED.test(body)) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) break;
    body += decoder.decode(value, { stream: true });
  }
  const answer = { status: response.status, headers: Object.fromEntries(response.headers), body: beginningOf(body) };
  return { answer, leave: () => leaving.abort() };
}

/** What was sent until the client has everything. */
export function beginningOf(body: string): string {
  const withoutBeats = body.replaceAll(BEAT, '');
  const end = SYNCHRONIZED.exec(withoutBeats);
  return end === null ? withoutBeats : withoutBeats.slice(0, end.index + end[0].length);
}
