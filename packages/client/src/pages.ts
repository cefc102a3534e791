// All items of a list, page by page: the next page is asked for when the loop comes to it.
import { asObject } from './answer.js';
import { ForeignAnswer } from './errors.js';
import type { AnyInput } from './request.js';
import type { Answer } from './send.js';

/** Items of a page where the caller's `limit` says nothing. */
export const PAGE_ITEMS = 200;

/** Yields each item. Throws what asking for a page throws, and ForeignAnswer for one that is no page or names itself as the next. */
export async function* allItems(ask: (input: AnyInput) => Promise<Answer>, input: AnyInput): AsyncGenerator<unknown, void, undefined> {
  let cursor = input.query?.['cursor'];
  for (;;) {
    const answer = await ask({ ...input, query: { limit: PAGE_ITEMS, ...input.query, cursor } });
    const { items, next } = asObject(answer.members['data']) ?? {};
    if (!Array.isArray(items)) throw noPage(answer, 'it has no member items');
    yield* items as readonly unknown[];
    if (typeof next !== 'string') return;
    if (next === cursor) throw noPage(answer, 'the next page is this one again');
    cursor = next;
  }
}

function noPage({ attempt, http: { status, requestId } }: Answer, fault: string): ForeignAnswer {
  const answered = { status, requestId, retryAfterMs: null, contentType: 'application/json', redirectsTo: null, excerpt: '' };
  return new ForeignAnswer(attempt, answered, fault);
}
