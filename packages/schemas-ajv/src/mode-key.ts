// The ways to judge, as part of the keys of what is remembered.

/** One letter for each way to judge. */
export const modeKey = (isAbstract: boolean, hasReferences: boolean): string =>
  isAbstract ? (hasReferences ? 'b' : 'a') : hasReferences ? 'd' : 'c';
