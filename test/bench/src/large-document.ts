// Documents of many leaves, in sections of the same size.

const SECTIONS = 100;

/** Of numbers; the body of a PUT of the whole document as JSON. */
export function largeDocument(leaves: number): string {
  const configuration: Record<string, Record<string, number>> = {};
  for (let leaf = 0; leaf < leaves; leaf += 1)
    (configuration[`section${leaf % SECTIONS}`] ??= {})[`leaf${Math.floor(leaf / SECTIONS)}`] = leaf;
  return JSON.stringify({ configuration });
}
