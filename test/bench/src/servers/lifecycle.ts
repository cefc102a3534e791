// The child's half of children.ts: says that it is ready, and ends when it is told to.

export function ready(message: Readonly<Record<string, string>>, stop: () => Promise<void>): void {
  process.on('message', (received: unknown) => {
    if (typeof received === 'object' && received !== null && 'stop' in received) void stop().then(() => process.exit(0));
  });
  process.send?.(message);
}
