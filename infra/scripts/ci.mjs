// Everything that must hold before a change is accepted. Used by .ci/run; goes on after a failure, so that one run shows them all.
import { build, checkTypes, lint } from './build.mjs';
import { testEngines } from './engines.mjs';
import { install } from './install.mjs';
import { runVitest } from './vitest.mjs';

/** Answers the exit code; the last line printed is `N passed, N failed`, `, N skipped` behind it where there are any. */
export async function ci() {
  const none = { exitCode: 1, passed: 0, failed: 0, skipped: 0 };
  const installed = await install();
  const built = installed && (await build());
  const typesHold = built && (await checkTypes());
  const steps = { install: installed, build: built, types: typesHold, lint: installed && (await lint({ typesHold })) };
  const tests = installed ? await runVitest([]) : none;
  const engines = installed ? await testEngines([]) : none;

  const broken = Object.entries({ ...steps, tests: tests.exitCode === 0, 'test:engines': engines.exitCode === 0 })
    .filter(([, holds]) => !holds)
    .map(([name]) => name);
  console.log(broken.length === 0 ? '\nInstall, build, types, lint, tests and test:engines hold.' : `\nFailed: ${broken.join(', ')}.`);
  const skipped = tests.skipped + engines.skipped;
  console.log(
    `${tests.passed + engines.passed} passed, ${tests.failed + engines.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return broken.length === 0 ? 0 : 1;
}
