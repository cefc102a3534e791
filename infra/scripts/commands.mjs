// What each npm script does, as a list of steps.
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { bench } from './bench.mjs';
import { build, checkFormat, checkTypes, format, lint } from './build.mjs';
import { ci } from './ci.mjs';
import { testEngines } from './engines.mjs';
import { checkHeadComments } from './head-comments.mjs';
import { install } from './install.mjs';
import { testNodes } from './nodes.mjs';
import { root, tools } from './paths.mjs';
import { runNode } from './processes.mjs';
import { runVitest } from './vitest.mjs';

/** @type {Record<string, (args: string[]) => Promise<number | undefined>>} */
const commands = {
  async start() {
    if (!(await install()) || !(await build())) return 1;
    // In this very process: one process less between Ctrl-C and a clean stop. The service sets the exit code itself.
    await import(pathToFileURL(path.join(root, 'services/standalone/dist/main.js')).href);
    return undefined;
  },
  async build() {
    return (await install()) && (await build()) ? 0 : 1;
  },
  async test(args) {
    if (!(await install()) || !(await build())) return 1;
    return (await runVitest(args)).exitCode;
  },
  async check() {
    if (!(await install())) return 1;
    const typesHold = (await build()) && (await checkTypes());
    const linted = await lint({ typesHold });
    const formatted = await checkFormat();
    return (await checkHeadComments()) && formatted && linted && typesHold ? 0 : 1;
  },
  async format() {
    return (await install()) && (await format()) ? 0 : 1;
  },
  async 'test:engines'(args) {
    return (await testEngines(args)).exitCode;
  },
  async 'test:nodes'(args) {
    return (await install()) && (await build()) ? (await testNodes(args)).exitCode : 1;
  },
  async engines() {
    if (!(await install())) return 1;
    return (await runNode(tools.tsx, [path.join(root, 'test/support/src/run-engines.ts')], { inherit: true })).exitCode;
  },
  async bench(args) {
    return (await install()) && (await build()) ? bench(args) : 1;
  },
  ci,
};

/**
 * Runs one command and answers its exit code; undefined for one that goes on running.
 * @param {string | undefined} name
 * @param {string[]} args
 */
export async function runCommand(name, args) {
  const command = name === undefined ? undefined : commands[name];
  if (command === undefined) {
    console.error(`There is no command '${name ?? ''}'. There are: ${Object.keys(commands).join(', ')}.`);
    return 1;
  }
  return command(args);
}
