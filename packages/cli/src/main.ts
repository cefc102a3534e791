// The program: the process's own outputs, signals and arguments, and the exit code.
import { homedir } from 'node:os';
import { COMMANDS } from './commands/table.js';
import { EXIT } from './errors/exit-codes.js';
import type { Output } from './io.js';
import { COLUMNS_DEFAULT } from './output/text.js';
import { run } from './run.js';

const interrupt = new AbortController();
// A second Ctrl-C ends the process at once, whatever it does.
process.once('SIGINT', () => {
  process.once('SIGINT', () => process.exit(EXIT.interrupted));
  interrupt.abort();
});

// A reader that has gone (`| head`) wants no more: that is no fault. A disk that is full is one.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    if (stream === process.stdout) process.stderr.write(`error: The result cannot be written (${error.code ?? error.message}).\n`);
    process.exit(EXIT.usage);
  });

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    isTTY: stream.isTTY,
    columns: stream.columns ?? COLUMNS_DEFAULT,
    write: (text) => void stream.write(text),
  };
}

process.exitCode = await run(COMMANDS, process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  userId: process.getuid?.() ?? null,
  out: outputOf(process.stdout),
  err: outputOf(process.stderr),
  input: process.stdin,
  signal: interrupt.signal,
});
// Standard input that was read from must not keep the process.
process.stdin.unref?.();
