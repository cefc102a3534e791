// Where things lie in the repository. Paths are absolute, so a script works from any folder.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The JavaScript entries of the tools, run by Node itself: no shell, so that a path with spaces is just a path. */
export const tools = {
  tsc: path.join(root, 'node_modules/typescript/bin/tsc'),
  vitest: path.join(root, 'node_modules/vitest/vitest.mjs'),
  oxfmt: path.join(root, 'node_modules/oxfmt/bin/oxfmt'),
  oxlint: path.join(root, 'node_modules/oxlint/bin/oxlint'),
  tsx: path.join(root, 'node_modules/tsx/dist/cli.mjs'),
};
