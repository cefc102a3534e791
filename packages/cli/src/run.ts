// Runs one command line from its words to its exit code.
import { Interrupted } from './errors/cli-error.js';
import { EXIT, type ExitCode } from './errors/exit-codes.js';
import type { Command } from './grammar/command.js';
import { parse } from './grammar/parse.js';
import type { Io } from './io.js';
import { Session } from './session.js';

/** What shells put before the words that are being typed. */
const COMPLETE_WORD = '__complete';

/** Never rejects: what goes wrong is printed on standard error, and is the exit code. */
export async function run(commands: readonly Command[], args: readonly string[], io: Io): Promise<ExitCode> {
  if (args[0] === COMPLETE_WORD) {
    await (await import('./completion/complete.js')).complete(commands, args.slice(1), io);
    return EXIT.done;
  }
  let session: Session | null = null;
  try {
    const parsed = parse(commands, args);
    if (parsed.kind === 'help') {
      const { helpOf } = await import('./grammar/help.js');
      io.out.write(helpOf(commands, parsed.words, io.out.columns));
      return EXIT.done;
    }
    session = new Session(io, parsed.given);
    const { run: runCommand } = await parsed.command.load();
    return (await runCommand(session, parsed.given)) ?? EXIT.done;
  } catch (error) {
    return failed(error, args, { io, session });
  }
}

async function failed(
  error: unknown,
  args: readonly string[],
  { io, session }: { readonly io: Io; readonly session: Session | null },
): Promise<ExitCode> {
  if (error instanceof Interrupted || io.signal.aborted) {
    io.err.write(`Interrupted${error instanceof Interrupted && error.note !== null ? `: ${error.note}` : '.'}\n`);
    return EXIT.interrupted;
  }
  const [{ reportOf }, { printFailure }] = await Promise.all([import('./errors/failure.js'), import('./errors/print-failure.js')]);
  const report = reportOf(error);
  if (session !== null && report.code === 'LEDGER_UNKNOWN')
    report.error += await (await import('./connection/what-exists.js')).nearestService(session);
  printFailure(io, report, asksForJson(args));
  return report.exit;
}

/** Also where the command line itself is wrong. */
function asksForJson(args: readonly string[]): boolean {
  return args.some(
    (arg, index) =>
      /^(?:-o|--output=)(?:nd)?json$/.test(arg) || (/^(?:-o|--output)$/.test(arg) && /^(?:nd)?json$/.test(args[index + 1] ?? '')),
  );
}
