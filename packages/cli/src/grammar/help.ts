// Help pages, made from the command table: an overview, the verbs of a noun, one command.
import { EXIT_CODES, type ExitCode } from '../errors/exit-codes.js';
import { usage } from '../errors/cli-error.js';
import { wrapped } from '../output/text.js';
import { nameOf, type Command, type Flag } from './command.js';
import { EVERYWHERE, SERVER } from './flags.js';
import { didYouMean } from './did-you-mean.js';
import { commandIn } from './parse.js';
import { usageLine } from './usage-line.js';

/** Exit codes that every command may have. */
export const EXITS_OF_ALL: readonly ExitCode[] = [0, 1, 2, 3, 8, 130];

const INTRODUCTION = `confledger changes, compares and takes live what ledgers hold.

A change makes a new version, which no node runs yet; \`activate\` takes it live.
The environment is always named: by -e, CONFLEDGER_ENVIRONMENT or the context.`;

/** The text of a page, at most `columns` wide. Throws a CliError where there is no such command. */
export function helpOf(commands: readonly Command[], words: readonly string[], columns: number): string {
  if (words.length === 0) return overview(commands, columns);
  const command = commandIn(commands, words);
  if (command !== null) return pageOf(command, columns);
  const inNoun = commands.filter(({ words: own }) => own.length > 1 && own[0] === words[0]);
  if (inNoun.length === 0) {
    const names = new Set(commands.map(({ words: own }) => own[0] ?? ''));
    throw usage(`There is no command '${words.join(' ')}'${didYouMean(words[0] ?? '', names)}`, '`confledger --help` lists them.');
  }
  return `confledger ${words[0] ?? ''} <verb>\n\n${listed(inNoun, columns)}\n`;
}

function overview(commands: readonly Command[], columns: number): string {
  const verbs = commands.filter(({ words }) => words.length === 1);
  const nouns = commands.filter(({ words }) => words.length > 1);
  return (
    [
      `${INTRODUCTION}\n\nconfledger [noun] verb [positionals] [flags]`,
      `A ledger (named by -e and -s), and the installation:\n${listed(verbs, columns)}`,
      `By noun:\n${listed(nouns, columns)}`,
      'confledger <command> --help shows flags and examples of one command.',
    ].join('\n\n') + '\n'
  );
}

function listed(commands: readonly Command[], columns: number): string {
  return rows(
    commands.map((command) => [nameOf(command), command.summary]),
    columns,
  );
}

function pageOf(command: Command, columns: number): string {
  const isShared = ({ name }: Flag): boolean => SERVER.some((flag) => flag.name === name);
  const own = command.flags.filter((flag) => !isShared(flag));
  const shared = [...command.flags.filter(isShared), ...EVERYWHERE];
  const sections = [
    `${usageLine(command)}\n\n${wrapped(`${command.summary}. ${command.about ?? ''}`.trim(), columns)}`,
    section(
      'Positionals',
      command.positionals.map(({ name, summary, choices }) => [`<${name}>`, withChoices(summary, choices)]),
      columns,
    ),
    section('Flags', own.map(flagRow), columns),
    section('Flags of every command', shared.map(flagRow), columns),
    section(
      'Examples',
      command.examples.flatMap(({ line, says }) => [[`# ${says}`], [line]]),
      columns,
    ),
    section(
      'Exit codes',
      exitsOf(command).map((code) => [String(code), EXIT_CODES[code]]),
      columns,
    ),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

/** Every exit code that a command may have, ascending. */
export function exitsOf(command: Command): readonly ExitCode[] {
  return [...new Set([...EXITS_OF_ALL, ...command.exits])].sort((one, other) => one - other);
}

function section(title: string, lines: readonly (readonly string[])[], columns: number): string {
  return lines.length === 0 ? '' : `${title}:\n${rows(lines, columns)}`;
}

function flagRow({ name, short, value, summary, choices }: Flag): readonly string[] {
  const names = `${short === undefined ? '    ' : `-${short}, `}--${name}`;
  return [value === undefined ? names : `${names} <${value}>`, withChoices(summary, value === 'form' ? undefined : choices)];
}

function withChoices(summary: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? summary : `${summary}: ${choices.join(', ')}`;
}

/** Widest first column. */
const FIRST_COLUMN_MAX = 30;

/** Two columns; the second is wrapped below itself. A single text stands alone, and is not wrapped: it is to be copied. */
function rows(lines: readonly (readonly string[])[], columns: number): string {
  const width = Math.min(FIRST_COLUMN_MAX, Math.max(...lines.map(([first = '', second]) => (second === undefined ? 0 : first.length))));
  return lines
    .map(([first = '', second]) => {
      if (second === undefined) return `  ${first}`;
      const text = wrapped(second, columns - width - 4).replaceAll('\n', `\n${' '.repeat(width + 4)}`);
      return first.length > width ? `  ${first}\n${' '.repeat(width + 4)}${text}` : `  ${first.padEnd(width)}  ${text}`;
    })
    .join('\n');
}
