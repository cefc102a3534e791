// The child's half of children.ts: says that it is ready, answers what it is asked, and ends when it is told to or left alone.

export function ready(message: Readonly<Record<string, string>>, stop: () => Promise<void>): void {
  process.on('message', (received: unknown) => {
    if (typeof received === 'object' && received !== null && 'stop' in received) void stop().then(() => process.exit(0));
  });
  // A benchmark that failed leaves nobody behind.
  process.once('disconnect', () => process.exit(1));
  process.send?.(message);
}

export type Question = Readonly<Record<string, string | number>>;

/** A question that cannot be answered ends the process. */
export function answers(answer: (question: Question) => Promise<object>): void {
  process.on('message', (received: unknown) => {
    if (typeof received !== 'object' || received === null || !('question' in received)) return;
    void answer(received.question as Question).then((answered) => process.send?.({ answer: answered }));
  });
}
