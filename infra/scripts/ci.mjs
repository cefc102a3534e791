// Everything that must hold before a change is accepted. Goes on after a failure, so that one run shows them all.
import { build, checkFormat, checkTypes, lint } from './build.mjs';
import { testEngines } from './engines.mjs';
import { checkHeadComments } from './head-comments.mjs';
import { install } from './install.mjs';
import { testNodes } from './nodes.mjs';
import { runVitest } from './vitest.mjs';

/** Answers the exit code; the last line printed is `N passed, N failed`, `, N skipped` behind it where there are any. */
export async function ci() {
  const none = { exitCode: 1, passed: 0, failed: 0, skipped: 0 };
  const installed = await install();
  const built = installed && (await build());
  const typesHold = built && (await checkTypes());
  const steps = {
    install: installed,
    build: built,
    types: typesHold,
    lint: installed && (await lint({ typesHold })),
    format: installed && (await checkFormat()),
    heads: await checkHeadComments(),
  };
  const tests = installed ? await runVitest([]) : none;
  const engines = installed ? await testEngines([]) : none;
  const nodes = built ? await testNodes([]) : none;

  const suites = { tests, 'test:engines': engines, 'test:nodes': nodes };
  const held = Object.entries(suites).map(([name, { exitCode }]) => /** @type {const} */ ([name, exitCode === 0]));
  const broken = [...Object.entries(steps), ...held].filter(([, holds]) => !holds).map(([name]) => name);
  console.log(
    broken.length === 0
      ? '\nInstall, build, types, lint, format, heads, tests, test:engines and test:nodes hold.'
      : `\nFailed: ${broken.join(', ')}.`,
  );
  const total = (/** @type {'passed' | 'failed' | 'skipped'} */ count) =>
    Object.values(suites).reduce((sum, suite) => sum + suite[count], 0);
  const skipped = total('skipped');
  console.log(`${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return broken.length === 0 ? 0 : 1;
}
