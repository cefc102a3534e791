// The formats, and how a file's name says which it is.

/** A format that can be read. `.env` is read only. */
export type Format = 'yaml' | 'toml' | 'json' | 'jsonc' | 'env';

/** A format that can be written. JSONC is written as JSON. */
export type WrittenFormat = 'yaml' | 'toml' | 'json';

/** A format whose texts can be updated. */
export type UpdatedFormat = WrittenFormat | 'jsonc';

const BY_EXTENSION: Readonly<Record<string, Format>> = {
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
  json: 'json',
  jsonc: 'jsonc',
  env: 'env',
};

/** The format of a file by its name or path; null where the name says none. `.env.local` is an `.env` file. */
export function formatOfFileName(name: string): Format | null {
  const base = (name.split(/[/\\]/).at(-1) ?? '').toLowerCase();
  if (base === '.env' || base.startsWith('.env.')) return 'env';
  const extension = /\.([a-z]+)$/.exec(base)?.[1] ?? '';
  return Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] ?? null) : null;
}
