// What may follow the words typed so far: commands, flags and their values, from the command table; names that exist, where somebody knows them.
import { flagsOf, commandIn } from '../grammar/parse.js';
import type { Command, Flag, Names } from '../grammar/command.js';

/** One candidate, with a few words about it. */
export interface Candidate {
  readonly value: string;
  readonly summary: string;
}

/** Gives names that exist; none where it does not know. */
export type KnownNames = (names: Names) => Promise<readonly string[]>;

/** Candidates for the last word, which may be empty. */
export async function candidates(commands: readonly Command[], typed: readonly string[], known: KnownNames): Promise<readonly Candidate[]> {
  const current = typed.at(-1) ?? '';
  const found = await all(commands, typed.slice(0, -1), current, known);
  return found.filter(({ value }) => value.startsWith(current));
}

async function all(
  commands: readonly Command[],
  before: readonly string[],
  current: string,
  known: KnownNames,
): Promise<readonly Candidate[]> {
  const words = wordsIn(commands, before);
  const command = commandIn(commands, words);
  const flags = command === null ? [] : flagsOf(command);
  const awaiting = flagNamed(flags, before.at(-1));
  if (awaiting !== undefined && awaiting.type !== 'switch') return values(awaiting.choices, awaiting.names, known);
  if (current.startsWith('-')) return flags.map(({ name, summary }) => ({ value: `--${name}`, summary }));
  if (command === null) return nextWords(commands, words);
  const positional = command.positionals[Math.min(words.length - command.words.length, command.positionals.length - 1)];
  return positional === undefined ? [] : values(positional.choices, positional.names, known);
}

/** The words that are neither flags nor their values. */
function wordsIn(commands: readonly Command[], typed: readonly string[]): readonly string[] {
  const flags = commands.flatMap((command) => flagsOf(command));
  return typed.filter((word, index) => {
    const before = flagNamed(flags, typed[index - 1]);
    return !word.startsWith('-') && (before === undefined || before.type === 'switch');
  });
}

function flagNamed(flags: readonly Flag[], word: string | undefined): Flag | undefined {
  if (word === undefined || !word.startsWith('-') || word.includes('=')) return undefined;
  const isLong = word.startsWith('--');
  return flags.find(({ name, short }) => (isLong ? name === word.slice(2) : short === word.slice(1)));
}

function nextWords(commands: readonly Command[], words: readonly string[]): readonly Candidate[] {
  const next = commands.filter((command) => words.every((word, index) => command.words[index] === word));
  const seen = new Map<string, Candidate>();
  for (const { words: own, summary } of next) {
    const value = own[words.length];
    if (value !== undefined && !seen.has(value))
      seen.set(value, { value, summary: own.length - words.length > 1 ? `${value} …` : summary });
  }
  return [...seen.values()];
}

async function values(choices: readonly string[] | undefined, names: Names | undefined, known: KnownNames): Promise<readonly Candidate[]> {
  const offered = choices ?? (names === undefined ? [] : await known(names));
  return offered.map((value) => ({ value, summary: '' }));
}
