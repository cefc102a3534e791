import { Document, type JsonObject } from '@confledger/document';
import fc from 'fast-check';
import { eventually } from '@confledger/test-support';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectNode, type Secret } from '../index.js';
import { holdPlaces } from './restart-places.js';
import { rig } from './fixtures.js';

const documentOf = (json: JsonObject): Document => {
  const made = Document.from(json);
  if (!made.ok) throw new TypeError(made.problem.message);
  return made.value;
};

describe('places that need a restart', () => {
  it.each<[string, JsonObject, JsonObject, string[], JsonObject, string[]]>([
    [
      'keep a value that changed',
      { db: { pool: 1, host: 'a' } },
      { db: { pool: 2, host: 'b' } },
      ['db.pool'],
      { db: { pool: 1, host: 'b' } },
      ['db.pool'],
    ],
    [
      'keep a value that went',
      { db: { pool: 1, host: 'a' } },
      { db: { host: 'a' } },
      ['db.pool'],
      { db: { pool: 1, host: 'a' } },
      ['db.pool'],
    ],
    ['keep an absence', { db: { host: 'a' } }, { db: { host: 'a', pool: 1 } }, ['db.pool'], { db: { host: 'a' } }, ['db.pool']],
    [
      'keep all that is below',
      { db: { a: 1, b: { c: 1 } } },
      { db: { a: 2, b: { d: 1 } } },
      ['db'],
      { db: { a: 1, b: { c: 1 } } },
      ['db.a', 'db.b.c', 'db.b.d'],
    ],
    [
      'keep the section where the place becomes a value',
      { db: { pool: { size: 1 } } },
      { db: { pool: 5 } },
      ['db.pool.size'],
      { db: { pool: { size: 1 } } },
      ['db.pool', 'db.pool.size'],
    ],
    [
      'keep the value where the place becomes a section',
      { db: { pool: 5 }, x: 1 },
      { db: { pool: { size: 1 } }, x: 2 },
      ['db.pool'],
      { db: { pool: 5 }, x: 2 },
      ['db.pool', 'db.pool.size'],
    ],
    ['keep the value above the place', { db: 5 }, { db: { pool: { size: 1 } } }, ['db.pool.size'], { db: 5 }, ['db', 'db.pool.size']],
    [
      'know wildcards',
      { p: { a: { n: 1 }, b: { n: 1 } } },
      { p: { a: { n: 2 }, b: { n: 2 } } },
      ['p.*.n'],
      { p: { a: { n: 1 }, b: { n: 1 } } },
      ['p.a.n', 'p.b.n'],
    ],
    ['can be everything', { a: 1 }, { b: 1 }, ['**'], { a: 1 }, ['a', 'b']],
    ['take a place that is not listed live', { a: 1 }, { a: 2 }, ['b'], { a: 2 }, []],
  ])('%s', (_what, first, next, globs, held, pending) => {
    const result = holdPlaces(documentOf(first), documentOf(next), globs);
    expect(result.document.toJson()).toEqual(held);
    expect(result.pending).toEqual(pending);
  });

  it('are those of the first document, and all else is that of the next, for any two documents', () => {
    const { value } = fc.letrec<{ value: JsonObject | number }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.nat(3),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { minKeys: 1, maxKeys: 3 }),
      ),
    }));
    const any = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3 });
    fc.assert(
      fc.property(any, any, fc.constantFrom(['a'], ['a.b'], ['*.c'], ['a.b.c', 'b']), (first, next, globs) => {
        const [from, to] = [documentOf(first), documentOf(next)];
        const { document, pending } = holdPlaces(from, to, globs);
        expect(holdPlaces(from, document, globs).document.digest).toBe(document.digest);
        expect(pending).toEqual(to.diff(document).map((each) => each.path));
        expect(holdPlaces(from, from, globs).pending).toEqual([]);
        if (pending.length === 0) expect(document.digest).toBe(to.digest);
      }),
    );
  });
});

describe('a node', () => {
  const options = { restart: ['db.pool'] };

  it('keeps what it started with where a restart is needed, says what waits, and is empty of it after a rollback', async () => {
    await using made = await rig({ db: { pool: 1 }, a: 1 }, options);
    const { node, feed } = made;
    await feed.activate({ db: { pool: 2 }, a: 2 });
    expect(node.snapshot.toJson()).toEqual({ db: { pool: 1 }, a: 2 });
    expect(node.snapshot.raw('db.pool')).toBe(2);
    expect(node.status.pendingRestart).toEqual(['db.pool']);
    await feed.activate({ db: { pool: 1 } });
    expect(node.status).not.toHaveProperty('pendingRestart');
  });

  it('runs the new value when it has started again, from its cache too', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'restart-'));
    try {
      const cacheFile = path.join(folder, 'cache');
      await using made = await rig({ db: { pool: 1 } }, { ...options, cacheFile });
      await made.feed.activate({ db: { pool: 2 } });
      expect(made.node.snapshot.get('db.pool')).toBe(1);
      await made.node.close();
      made.feed.disconnect();
      const { feed } = made;
      const again = await connectNode({
        environment: 'production',
        service: 'engine',
        feed,
        publicKey: feed.publicKey,
        cacheFile,
        startTimeoutMs: 50,
      });
      expect(again.status.source).toBe('cache');
      expect(again.snapshot.get('db.pool')).toBe(2);
      await again.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says that a restart would help where its schemas refuse the mixture', async () => {
    const fits = z.object({ pool: z.number(), max: z.number() }).refine(({ pool, max }) => pool <= max, 'pool is above max');
    await using made = await rig({ db: { pool: 5, max: 10 } }, { ...options, schemas: { db: fits } });
    await made.feed.activate({ db: { pool: 1, max: 2 } });
    expect(made.node.status.rejected).toMatchObject({ mixture: true, problems: [{ path: 'db' }] });
    expect(made.node.snapshot.get('db.max')).toBe(10);
  });

  it('keeps what it fetched for such a place, whatever the file says later', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'restart-'));
    const file = path.join(folder, 'pool');
    writeFileSync(file, '1');
    try {
      await using made = await rig({ db: { pool: `\${file:${file}|number}` } }, { ...options, references: { files: [`${folder}/*`] } });
      const { node } = made;
      writeFileSync(file, '22');
      await eventually(() => node.status.pendingRestart !== undefined);
      expect((node.snapshot.get('db.pool') as Secret).reveal()).toBe(1);
      expect(node.status.pendingRestart).toEqual(['db.pool']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
