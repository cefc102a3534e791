// Puts the parts of a service together so that whatever was opened is closed again.
import { Shutdown } from './shutdown.js';

export type Closer = () => Promise<void>;

/**
 * What `build` makes, with a `close` that ends what it added to `closers`, the newest first, and rejects with the first failure when all
 * of it was tried. When `build` fails, that is ended at once, and its error is passed on.
 */
export async function composed<T extends object>(build: (closers: Closer[]) => Promise<T>): Promise<T & { close(): Promise<void> }> {
  const closers: Closer[] = [];
  const close = async (): Promise<void> => {
    const faults: unknown[] = [];
    const shutdown = new Shutdown((_part, error) => faults.push(error), null);
    for (const closer of closers.splice(0)) shutdown.add('part', closer);
    await shutdown.run();
    if (faults.length > 0) throw faults[0];
  };
  try {
    return { ...(await build(closers)), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
