// JSON pointers (RFC 6901), in their plain form and as the fragment of a reference.

/** The pointer to a member or element of what stands at `pointer`. */
export function joinPointer(pointer: string, ...steps: readonly (string | number)[]): string {
  return steps.reduce<string>((text, step) => `${text}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`, pointer);
}

/** The steps of a pointer; undefined when it is malformed. */
export function pointerSteps(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The text that the fragment of a reference stands for, without the `#`; undefined when its escapes are malformed. */
export function fragmentText(reference: string): string | undefined {
  try {
    return decodeURIComponent(reference.slice(1));
  } catch {
    return undefined;
  }
}

/** The reference to what stands at a pointer in the same document. */
export function referenceTo(pointer: string): string {
  return `#${pointer.split('/').map(encodeURIComponent).join('/')}`;
}
