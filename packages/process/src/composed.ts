// Puts the parts of a service together so that whatever was opened is closed again. Used by compose.ts of every service.

export type Closer = () => Promise<void>;

/**
 * What `build` makes, with a `close` that ends what it added to `closers`, the newest first. When `build` fails, that is ended at
 * once, and its error is passed on.
 */
export async function composed<T extends object>(build: (closers: Closer[]) => Promise<T>): Promise<T & { close(): Promise<void> }> {
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    return { ...(await build(closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
