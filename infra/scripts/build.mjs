// Building (incremental), type check of the tests, lint with the boundary check, the format.
import path from 'node:path';
import { root, tools } from './paths.mjs';
import { runNode } from './processes.mjs';
import { showStep } from './progress.mjs';

const pretty = process.stdout.isTTY ? ['--pretty'] : [];

/** Builds every package and service to its dist folder; what has not changed is not built again. */
export async function build() {
  const built = await showStep('Building', () => tool(tools.tsc, ['-b', 'infra/tsconfig.build.json', ...pretty]));
  return built && bundleCommandLine();
}

/** Makes one file of the command line: loading its modules one by one would take longer than most commands. */
function bundleCommandLine() {
  return showStep('Bundling the command line', async () => {
    const { build: bundle } = await import('esbuild');
    const options = /** @type {const} */ ({ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'silent' });
    const dist = path.join(root, 'packages/cli/dist');
    // Parts that are imported when they are needed stay functions in the one file, and run then.
    const made = bundle({
      ...options,
      entryPoints: [path.join(dist, 'main.js')],
      outfile: path.join(dist, 'cli.mjs'),
      legalComments: 'none',
    });
    return made.then(
      () => ({ ok: true, output: '' }),
      (error) => ({ ok: false, output: String(error.message) }),
    );
  });
}

/** What the last check of the tests' types found out, so that the next one looks at changes only. */
const testsBuildInfo = path.join(root, 'node_modules/.cache/confledger-tests.tsbuildinfo');

/** Checks the types of the tests, which are never built. */
export function checkTypes() {
  const args = ['-p', 'test', '--incremental', '--tsBuildInfoFile', testsBuildInfo, ...pretty];
  return showStep('Checking the types of the tests', () => tool(tools.tsc, args), { always: true });
}

/**
 * Lint and folder boundaries, both in .oxlintrc.json.
 * @param {{ typesHold: boolean }} state where they do not, rules that need types would only repeat it
 */
export function lint({ typesHold }) {
  // Without types, what disables a rule that needs them would look unused.
  const typeAware = typesHold ? ['--type-aware', '--report-unused-disable-directives'] : [];
  return showStep('Linting', () => tool(tools.oxlint, [...typeAware, '--deny-warnings']), { always: true });
}

/** Whether every source has the form that `npm run format` gives it; the settings are in .oxfmtrc.json. */
export function checkFormat() {
  return showStep('Checking the format', () => tool(tools.oxfmt, ['--check', '.']), { always: true });
}

/** Gives every source its form. */
export function format() {
  return showStep('Formatting', () => tool(tools.oxfmt, ['.']), { always: true });
}

/** @param {string} script @param {string[]} args */
async function tool(script, args) {
  const { exitCode, output } = await runNode(script, args);
  return { ok: exitCode === 0, output };
}
