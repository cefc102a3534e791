// Questions on a terminal: a line, a line without echo, yes or no. Ctrl-C and Ctrl-D end the command.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Interrupted } from '../errors/cli-error.js';
import type { Io } from '../io.js';

/** Whether somebody can be asked. */
export function canAsk({ input, err }: Pick<Io, 'input' | 'err'>): boolean {
  return input.isTTY === true && err.isTTY;
}

/** The line that is typed. Rejects with Interrupted at Ctrl-C, and at the end of the input. */
export async function askLine(io: Io, question: string): Promise<string> {
  return ask(io, question, true);
}

/** The line that is typed, which is not shown. */
export async function askHidden(io: Io, question: string): Promise<string> {
  const answer = await ask(io, question, false);
  io.err.write('\n');
  return answer;
}

/** Whether the answer is yes. Enter alone is no. */
export async function askYes(io: Io, question: string): Promise<boolean> {
  const answer = await askLine(io, `${question} [y/N] `);
  return /^y(?:es)?$/i.test(answer.trim());
}

function ask(io: Io, question: string, isShown: boolean): Promise<string> {
  io.err.write(question);
  const output = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (isShown) io.err.write(chunk.toString('utf8'));
      done();
    },
  });
  const lines = createInterface({ input: io.input, output, terminal: true, historySize: 0 });
  // readline clears the line that it writes; the question must stay, so it is the prompt.
  lines.setPrompt(question);
  return new Promise<string>((resolve, reject) => {
    const interrupt = (): void => {
      io.err.write('\n');
      reject(new Interrupted());
      lines.close();
    };
    io.signal.addEventListener('abort', interrupt, { once: true });
    lines.once('SIGINT', interrupt);
    lines.once('close', () => {
      io.signal.removeEventListener('abort', interrupt);
      reject(new Interrupted());
    });
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
  });
}
