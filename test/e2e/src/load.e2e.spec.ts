// kill -9 in the middle of a load: every acknowledged change is there, none twice; clients repeat with the same Idempotency-Key.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@confledger/test-support';
import { afterAll, expect, test } from 'vitest';
import { type Standalone, startStandalone } from './standalone.js';

const WRITERS = 8;
/** Acknowledged writes before the kill, so that it falls into the middle. */
const ACKNOWLEDGED_BEFORE_KILL = 200;
const KILLS = 2;

const folder = mkdtempSync(path.join(tmpdir(), 'confledger load '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All write the same path, so that a request carried out twice shows: another's value lies in between, and the history has it twice. */
const KEY = 'contended';

/** One client: one value after another, each sent until it is acknowledged. */
class Writer {
  readonly acknowledged: string[] = [];
  readonly #name: string;
  readonly #target: () => Standalone;
  #stopped = false;

  constructor(name: string, target: () => Standalone) {
    this.#name = name;
    this.#target = target;
  }

  async run(): Promise<void> {
    for (let count = 1; !this.#stopped; count += 1) {
      const value = `${this.#name}-${count}`;
      await this.#writeUntilAcknowledged(value);
      this.acknowledged.push(value);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #writeUntilAcknowledged(value: string): Promise<unknown> {
    const headers = { 'idempotency-key': value };
    // A broken connection, a 503, or a server that is not up yet: the same request again, with the same key.
    return eventually(async () => (await this.#target().call('PUT', `/configurations/shared/${KEY}`, { value }, headers)).status === 200, {
      timeoutMs: 60_000,
    });
  }
}

interface History {
  readonly items: readonly { readonly after?: unknown; readonly revision: number }[];
  readonly next: string | null;
}

/** Every value that the path ever had, oldest first. */
async function valuesOf(standalone: Standalone): Promise<unknown[]> {
  const values: unknown[] = [];
  const { body } = await standalone.call('GET', '/status');
  const { position } = body.data as unknown as { readonly position: string };
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = `key=${KEY}&limit=500&atLeast=${encodeURIComponent(position)}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer = await standalone.call('GET', `/configurations/shared/history?${query}`);
    expect(answer.status).toBe(200);
    const page = answer.body.data as unknown as History;
    values.push(...page.items.map((item) => item.after));
    cursor = page.next;
  }
  return values.reverse();
}

test('after kill -9 under load every acknowledged change is there, once, in its order', { timeout: 180_000 }, async () => {
  const data = path.join(folder, 'data');
  let standalone = await startStandalone(data);
  const writers = Array.from({ length: WRITERS }, (_, index) => new Writer(`writer${index}`, () => standalone));
  const running = Promise.all(writers.map((writer) => writer.run()));
  const acknowledged = (): number => writers.reduce((sum, writer) => sum + writer.acknowledged.length, 0);

  for (let kill = 1; kill <= KILLS; kill += 1) {
    const before = acknowledged();
    await eventually(() => acknowledged() > before + ACKNOWLEDGED_BEFORE_KILL, { timeoutMs: 60_000 });
    await standalone.end('SIGKILL');
    standalone = await startStandalone(data);
  }
  const before = acknowledged();
  await eventually(() => acknowledged() > before + ACKNOWLEDGED_BEFORE_KILL, { timeoutMs: 60_000 });
  for (const writer of writers) writer.stop();
  await running;

  try {
    const values = await valuesOf(standalone);
    for (const [index, { acknowledged: own }] of writers.entries()) {
      expect(values.filter((value) => String(value).startsWith(`writer${index}-`))).toEqual(own);
    }
    expect(values).toHaveLength(acknowledged());
  } finally {
    await standalone.end('SIGTERM');
  }
});
