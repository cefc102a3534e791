// Runs the queries of the read model, each as one statement, so that the rows of an answer and its position belong together.
import type { Page, PageRequest } from '@confledger/application';
import { within } from '@confledger/postgres';
import type pg from 'pg';
import type { Query } from './audit-queries.js';
import { unavailable } from './unavailable.js';

/** How one list is asked for and answered. */
export interface Paging<Row, Item> {
  readonly query: (limit: number) => Query;
  readonly order: string;
  readonly item: (row: Row) => Item;
  /** The cursor of the page behind this row. */
  readonly cursor: (row: Row) => string;
}

export class PagedQueries {
  readonly #pool: pg.Pool;
  readonly #timeoutMs: number;
  /** The schema of the views, quoted. */
  readonly schema: string;

  /** A query rejects with `ReadModelUnavailable` when there is no answer within `timeoutMs`. */
  constructor(pool: pg.Pool, schema: string, timeoutMs: number) {
    this.#pool = pool;
    this.schema = schema;
    this.#timeoutMs = timeoutMs;
  }

  async run<Row extends object>({ text, values }: Query): Promise<Row[]> {
    try {
      return (await within(this.#timeoutMs, this.#pool.query<Row>(text, [...values]))).rows;
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** The position that the rows are complete up to. */
  async position(): Promise<bigint> {
    const rows = await this.run<{ position: string }>({ text: `SELECT position FROM ${this.schema}.checkpoint`, values: [] });
    return BigInt(rows[0]?.position ?? '0');
  }

  /** Asks for one row more than wanted, which shows whether there is a next page; an empty page still has its position. */
  async page<Row extends object, Item>({ limit }: PageRequest, { query, order, item, cursor }: Paging<Row, Item>): Promise<Page<Item>> {
    const { text, values } = query(limit + 1);
    const rows = await this.run<{ at: string; found: boolean | null } & Row>({
      text: `SELECT c.position AS at, q.* FROM ${this.schema}.checkpoint c LEFT JOIN LATERAL (SELECT true AS found, l.* FROM (${text}) l) q ON true ORDER BY ${order}`,
      values,
    });
    const found = rows.filter((row) => row.found === true);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = last !== undefined && found.length > limit ? cursor(last) : null;
    return { items: shown.map(item), next, position: BigInt(rows[0]?.at ?? '0') };
  }
}
