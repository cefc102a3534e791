// What a test run says of its slowest files.
import { expect, test } from 'vitest';

interface Times {
  readonly file: string;
  readonly importMs: number;
  readonly testsMs: number;
}

const script = new URL('../../../infra/scripts/slowest-reporter.mjs', import.meta.url).href;
const { slowestLines } = (await import(script)) as { readonly slowestLines: (files: readonly Times[]) => string[] };
const file = (name: string, testsMs: number, importMs = 0): Times => ({ file: name, testsMs, importMs });

test('A run lists its ten slowest files, the slowest first, with what their imports took', () => {
  const others = Array.from({ length: 10 }, (_, index) => file(`other-${index}.spec.ts`, 2_000));
  const lines = slowestLines([file('second.spec.ts', 61_000), ...others, file('first.spec.ts', 61_000, 1_230)]);
  expect(lines.slice(0, 3)).toEqual([
    '\nSlowest files:',
    '  62.2 s first.spec.ts (imports 1.2 s)',
    '  61.0 s second.spec.ts (imports 0.0 s)',
  ]);
  expect(lines).toHaveLength(11);
});

test('Files that take less than a second are not listed', () => {
  expect(slowestLines([file('fast.spec.ts', 500, 400)])).toEqual([]);
});
