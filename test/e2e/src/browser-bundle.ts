// Bundles an entry of a package as a browser application would, by Vite, and says what of Node it needs.
import { isBuiltin } from 'node:module';
import { build, type Plugin } from 'vite';

export interface BrowserBundle {
  /** An immediately invoked function that gives what the entry exports. */
  readonly code: string;
  /** The files that are in it. */
  readonly files: readonly string[];
  /** Modules of Node that it imports, each as `<module> by <file>`. */
  readonly nodeImports: readonly string[];
}

/** Bundles everything that an entry, such as `@confledger/client`, loads at run time. */
export async function browserBundle(entry: string): Promise<BrowserBundle> {
  const nodeImports: string[] = [];
  const watch: Plugin = {
    name: 'watch-node-imports',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!isBuiltin(id)) return null;
      nodeImports.push(`${id} by ${importer ?? 'nobody'}`);
      return { id, external: true };
    },
  };
  const start: Plugin = {
    name: 'start',
    resolveId: (id) => (id.endsWith(START) ? START : null),
    load: (id) => (id === START ? `export * from ${JSON.stringify(entry)};` : null),
  };
  const built = await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'silent',
    plugins: [watch, start],
    resolve: { conditions: ['@confledger/source', 'module', 'browser'] },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      // Everything that is loaded counts, also what this entry does not use of it.
      rollupOptions: { treeshake: false },
      lib: { entry: START, formats: ['iife'], name: 'bundle', fileName: 'bundle' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('Vite gave no bundle');
  const [chunk] = output.output;
  return { code: chunk.code, files: chunk.moduleIds.filter((id) => id !== START), nodeImports };
}

const START = 'virtual:start';
