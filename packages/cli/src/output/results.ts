// Prints results in the form that was asked for. json is the data of the answer, ndjson one item a line, a table is for people.
import type { List } from '@confledger/contracts/http';
import type { Given } from '../grammar/given.js';
import type { Session } from '../session.js';

/** Items of a list that are shown where nothing else is said. */
export const ITEMS_DEFAULT = 50;
/** Most items of one page. */
const PAGE_MAX = 500;

/** Prints data; `text` makes what people see. */
export function printResult(session: Session, data: unknown, text: () => string): void {
  if (session.form === 'table') session.print(text());
  else session.print(`${session.form === 'json' ? JSON.stringify(data, null, 2) : JSON.stringify(data)}\n`);
}

/** Prints the items of data: with ndjson one a line. */
export function printItems(session: Session, data: { readonly items: readonly unknown[] }, text: () => string): void {
  if (session.form === 'ndjson') for (const item of data.items) session.print(`${JSON.stringify(item)}\n`);
  else printResult(session, data, text);
}

/** A page that is asked for. */
export interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

/** Reads as many pages as were asked for: 50 items, `--limit`, or `--all`, which ndjson means too. Says on standard error when there are more. */
export async function readPages<T, D extends List<T>>(session: Session, given: Given, read: (page: Page) => Promise<D>): Promise<D> {
  const isAll = given.is('all') || (session.form === 'ndjson' && given.number('limit') === undefined);
  const wanted = isAll ? Number.POSITIVE_INFINITY : (given.number('limit') ?? ITEMS_DEFAULT);
  let data = await read({ limit: Math.min(wanted, PAGE_MAX) });
  const items = [...data.items];
  while (data.next !== null && items.length < wanted) {
    data = await read({ limit: Math.min(wanted - items.length, PAGE_MAX), cursor: data.next });
    items.push(...data.items);
  }
  if (data.next !== null) session.say(session.paintErr('dim', `There are more than these ${items.length}: --limit <n>, or --all.`));
  return { ...data, items };
}
