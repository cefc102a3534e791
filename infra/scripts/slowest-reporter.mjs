// A vitest reporter that ends a run with its slowest files, so that what makes the suite long is seen each time.
import path from 'node:path';
import { root } from './paths.mjs';

const FILES_MAX = 10;
/** Faster files are not worth a line. */
const SLOW_MS_MIN = 1_000;

export default class SlowestReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const files = modules.map((module) => ({ file: path.relative(root, module.moduleId), ...timesOf(module) }));
    for (const line of slowestLines(files)) console.log(line);
  }
}

/** @param {import('vitest/node').TestModule} module */
function timesOf(module) {
  const { collectDuration, duration } = module.diagnostic();
  return { importMs: collectDuration, testsMs: duration };
}

/**
 * A heading and a line for each of the slowest files, the slowest first; no lines where every file is fast. Tests of one file include its hooks.
 * @param {readonly { file: string, importMs: number, testsMs: number }[]} files
 * @returns {string[]}
 */
export function slowestLines(files) {
  const slow = files
    .map(({ file, importMs, testsMs }) => ({ file, importMs, wholeMs: importMs + testsMs }))
    .filter(({ wholeMs }) => wholeMs >= SLOW_MS_MIN)
    .toSorted((one, other) => other.wholeMs - one.wholeMs)
    .slice(0, FILES_MAX);
  if (slow.length === 0) return [];
  return [
    '\nSlowest files:',
    ...slow.map(({ file, importMs, wholeMs }) => `${inSeconds(wholeMs)} ${file} (imports ${inSeconds(importMs).trim()})`),
  ];
}

/** @param {number} ms */
function inSeconds(ms) {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}
