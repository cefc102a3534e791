// What a node lets references fetch: variables and files by globs. Nothing else is ever looked at.
import path from 'node:path';
import { realpathSync } from 'node:fs';

/** Whether a variable's name matches one of the globs; `*` stands for any letters. */
export function isAllowedName(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => patternOf(glob).test(name));
}

/** Whether an absolute path matches one of the globs: `*` is part of one name, `**` any number of folders. */
export function isAllowedFile(globs: readonly string[], file: string): boolean {
  return globs.some((glob) => filePatternOf(glob).test(file));
}

/** The globs with the links in their fixed beginnings followed: `/var/run/**` is `/run/**` where the one is a link to the other. */
export function withRealFolders(globs: readonly string[]): readonly string[] {
  return [...new Set(globs.flatMap((glob) => [glob, realGlob(glob)]))];
}

function realGlob(glob: string): string {
  const parts = glob.split('/');
  const wild = parts.findIndex((part) => part.includes('*'));
  const fixed = wild < 0 ? parts.length - 1 : wild;
  const folder = parts.slice(0, fixed).join('/') || '/';
  return path.posix.join(realFolder(folder), ...parts.slice(fixed));
}

/** Of a folder that is not there yet, as it is written. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
const patternOf = (glob: string): RegExp => new RegExp(`^${escaped(glob).replaceAll('*', '.*')}$`, 's');

function filePatternOf(glob: string): RegExp {
  const parts = glob.split('/').slice(1);
  const pattern = parts.map((part) => (part === '**' ? '(?:/[^/]+)+' : `/${escaped(part).replaceAll('*', '[^/]*')}`));
  return new RegExp(`^${pattern.join('')}$`, 's');
}
