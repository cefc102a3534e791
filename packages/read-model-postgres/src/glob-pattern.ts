// A glob over paths as a Postgres regular expression, so that filtering happens where the rows are. The pattern is for the path with a dot
// put behind it: so every segment, the last one too, ends with a dot.

const ONE_SEGMENT = String.raw`(?:[^.\\]|\\.)+\.`;
const ANY_SEGMENTS = String.raw`(?:(?:[^.\\]|\\.)+\.)*`;

/** What `path || '.'` must match. The glob has passed `parseGlob`. */
export function globPattern(glob: string): string {
  const parts = segmentsOf(glob).map((segment) => {
    if (segment === '*') return ONE_SEGMENT;
    if (segment === '**') return ANY_SEGMENTS;
    return `${literal(segment.replaceAll('\\*', '*'))}\\.`;
  });
  return `^${parts.join('')}$`;
}

/** Splits at dots that are not escaped; the escapes stay, as they stand in stored paths. */
function segmentsOf(glob: string): string[] {
  return glob.match(/(?:[^.\\]|\\.)+/gs) ?? [];
}

/** Every ASCII character that may mean something in a pattern stands for itself behind a backslash. */
function literal(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, String.raw`\$&`);
}
