// The grammar: one table from which everything is read, and what is misspelt is never executed.
import { OPERATION_NAMES } from '@confledger/contracts/http';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../commands/table.js';
import { BY_API } from '../commands/tables/installation.js';
import { EXIT_CODES } from '../errors/exit-codes.js';
import { nameOf } from './command.js';
import { exitsOf, helpOf } from './help.js';
import { ARGUMENTS_CHARACTERS_MAX, flagsOf, parse } from './parse.js';
import { RESERVED_FLAGS, RESERVED_NOUNS, RESERVED_VERBS } from './reserved.js';

const parsed = (...args: readonly string[]) => parse(COMMANDS, args);
const given = (...args: readonly string[]) => {
  const found = parsed(...args);
  if (found.kind !== 'run') throw new Error('help');
  return { name: nameOf(found.command), positionals: found.given.positionals, given: found.given };
};

describe('The command table', () => {
  test('names every operation of the api by a command, or lists it as one that `api` calls, and not both', () => {
    const named = new Set(COMMANDS.flatMap(({ operations }) => operations));
    expect([...named, ...Object.keys(BY_API)].sort()).toEqual([...OPERATION_NAMES].sort());
  });

  test('has no two commands of the same name, and no noun that is a verb too', () => {
    const names = COMMANDS.map(nameOf);
    expect(names).toHaveLength(new Set(names).size);
    const verbs = COMMANDS.filter(({ words }) => words.length === 1).map(({ words }) => words[0]);
    const nouns = COMMANDS.filter(({ words }) => words.length > 1).map(({ words }) => words[0]);
    expect(nouns.filter((noun) => verbs.includes(noun))).toEqual([]);
  });

  test('has only singular nouns', () => {
    const nouns = new Set(COMMANDS.flatMap(({ words }) => (words.length > 1 ? [words[0]] : [])));
    expect([...nouns]).toEqual(['context', 'schema', 'env', 'ledger', 'node']);
  });

  test('gives a flag one type, one letter and one summary wherever it stands', () => {
    const seen = new Map<string, string>();
    for (const command of COMMANDS)
      for (const flag of flagsOf(command)) {
        const { name, type, short = '' } = flag;
        const said = `${type} ${short}`;
        expect([nameOf(command), name, seen.get(name) ?? said]).toEqual([nameOf(command), name, said]);
        seen.set(name, said);
      }
  });

  test('names no flag twice in a command, and a letter means one flag', () => {
    for (const command of COMMANDS) {
      const names = flagsOf(command).flatMap(({ name, short }) => [name, ...(short === undefined ? [] : [short])]);
      expect([nameOf(command), names.length]).toEqual([nameOf(command), new Set(names).size]);
    }
  });

  test('lets only the last positional repeat, and requires none behind an optional one', () => {
    for (const { positionals, words } of COMMANDS) {
      const required = positionals.map((each) => each.required);
      expect([words, required]).toEqual([words, [...required].sort((one, other) => Number(other) - Number(one))]);
      expect(positionals.slice(0, -1).some(({ many }) => many === true)).toBe(false);
    }
  });

  test('uses no reserved word for a command or a flag', () => {
    const words = new Set(COMMANDS.flatMap((command) => command.words.slice(0, 1)));
    expect([...RESERVED_VERBS, ...RESERVED_NOUNS].filter((word) => words.has(word))).toEqual([]);
    const flags = new Set(COMMANDS.flatMap((command) => flagsOf(command).map(({ name }) => name)));
    expect(RESERVED_FLAGS.filter((word) => flags.has(word))).toEqual([]);
  });

  test('offers --dry-run for every write that has one, and --yes with it', () => {
    const writes = COMMANDS.filter((command) => command.flags.some(({ name }) => name === 'reason'));
    expect(writes.map(nameOf)).toEqual([
      ...['set', 'unset', 'activate', 'rollback', 'tag', 'promote', 'schema set', 'schema remove', 'env define', 'env retire'],
      ...['ledger retire', 'ledger unretire'],
    ]);
    for (const { flags } of writes) expect(flags.map(({ name }) => name)).toEqual(expect.arrayContaining(['dry-run', 'yes', 'reason']));
  });
});

describe('Parsing', () => {
  test('finds a noun with its verb, flags anywhere, and values as they were typed', () => {
    const found = given('-e', 'staging', 'schema', 'set', 'fee', '--data={"a":1}', '-y', '-o', 'json');
    expect(found.name).toBe('schema set');
    expect(found.positionals).toEqual(['fee']);
    expect([found.given.text('environment'), found.given.text('data'), found.given.is('yes'), found.given.text('output')]).toEqual([
      'staging',
      '{"a":1}',
      true,
      'json',
    ]);
  });

  test.each(['-5', '-0.5', '-.5', '-5e3', '-1e-7'])('takes the negative number %s as a value', (number) => {
    expect(given('set', 'fee', number).positionals).toEqual(['fee', number]);
  });

  test('takes a lone dash as a word, and everything behind two dashes', () => {
    expect(given('set', 'secret', '-').positionals).toEqual(['secret', '-']);
    expect(given('get', '--', '--odd').positionals).toEqual(['--odd']);
  });

  test('gathers a flag that may be repeated', () => {
    expect(given('env', 'define', 'qa', '--inherits-from', 'a', '--inherits-from=b').given.list('inherits-from')).toEqual(['a', 'b']);
  });

  test.each([
    [['gte', 'fee'], "did you mean 'get'?"],
    [['Rollback'], "did you mean 'rollback'?"],
    [['schema', 'sett', 'x'], "did you mean 'set'?"],
    [['schema'], "'schema' needs a verb"],
    [['schemas', 'list'], "did you mean 'schema'?"],
    [['get', '--versoin', '3'], "did you mean '--version'?"],
    [['get', '-x'], 'has no flag -x'],
    [['get', '--dry-run'], '`get` has no flag --dry-run'],
    [['set'], 'needs <path>'],
    [['diff', '1', '2', '3'], 'takes at most 2'],
    [['status', 'now'], 'takes no further words'],
    [['get', '-e'], '--environment needs a value'],
    [['get', '-e', '-s', 'x'], '--environment needs a value'],
    [['get', '-e', 'a', '-e', 'b'], '--environment is given twice'],
    [['set', 'a', '1', '--yes=no'], '--yes takes no value'],
    [['list', '-o', 'yaml'], "--output cannot be 'yaml'"],
    [['versions', '--limit', '0'], '--limit is not a whole number from 1'],
    [['versions', '--limit', '1000001'], '--limit is not a whole number'],
    [['versions', '--limit', '1.5'], '--limit is not a whole number'],
    [['completion', 'fish'], "<shell> cannot be 'fish'"],
    [['completion', 'bsh'], "did you mean 'bash'?"],
    [['api', 'FETCH', '/x'], "<method> cannot be 'FETCH'"],
  ])('refuses %j', (args, message) => {
    expect(() => parsed(...args)).toThrow(
      expect.objectContaining({ exit: 2, message: expect.stringContaining(message) as string }) as Error,
    );
  });

  test.each([...RESERVED_VERBS, ...RESERVED_NOUNS])('refuses the reserved word %s as a command of a later release', (word) => {
    expect(() => parsed(word, 'x')).toThrow(
      expect.objectContaining({ exit: 2, message: `'${word}' is a command of a later release.` }) as Error,
    );
  });

  test.each(RESERVED_FLAGS)('refuses the reserved flag --%s as one of a later release', (word) => {
    expect(() => parsed('set', 'a', '1', `--${word}`)).toThrow(
      expect.objectContaining({ exit: 2, message: `--${word} is a flag of a later release.` }) as Error,
    );
  });

  test('refuses a command line that is longer than its limit', () => {
    expect(() => parsed('set', 'a', 'x'.repeat(ARGUMENTS_CHARACTERS_MAX))).toThrow(`more than ${ARGUMENTS_CHARACTERS_MAX} characters`);
  });

  test('asks for help wherever the flag stands, and by the word help', () => {
    expect(parsed()).toEqual({ kind: 'help', words: [] });
    expect(parsed('--help')).toEqual({ kind: 'help', words: [] });
    expect(parsed('schema', 'set', '-h')).toEqual({ kind: 'help', words: ['schema', 'set'] });
    expect(parsed('help', 'get')).toEqual({ kind: 'help', words: ['get'] });
    expect(given('--version').name).toBe('version');
  });
});

describe('Help', () => {
  test('lists every command, and fits into 80 columns', () => {
    const text = helpOf(COMMANDS, [], 80);
    for (const command of COMMANDS) expect(text).toContain(`  ${nameOf(command)} `);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each(COMMANDS.map((command) => [nameOf(command), command] as const))(
    'of `%s` names its flags, examples and exit codes',
    (_, command) => {
      const text = helpOf(COMMANDS, command.words, 80);
      for (const { name } of flagsOf(command)) expect(text).toContain(`--${name}`);
      for (const { line } of command.examples) expect(text).toContain(`  ${line}\n`);
      for (const code of exitsOf(command)) expect(text).toContain(EXIT_CODES[code].slice(0, 20));
      const examples = new Set(command.examples.map(({ line }) => `  ${line}`));
      for (const line of text.split('\n')) if (!examples.has(line)) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  test('of a noun lists its verbs, and of what is no command says what may be meant', () => {
    expect(helpOf(COMMANDS, ['env'], 80)).toContain('env define');
    expect(() => helpOf(COMMANDS, ['gte'], 80)).toThrow("did you mean 'get'?");
  });
});
