// Every example of every help page, run against a real api as it stands: those of one command one after another in one world.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameOf, type Example } from '../grammar/command.js';
import { startWorld, type World } from '../fixtures/world.js';
import { COMMANDS } from './table.js';

test('Every command has an example', () => {
  expect(COMMANDS.filter(({ examples }) => examples.length === 0).map(nameOf)).toEqual([]);
});

const isWrite = ({ flags, words }: (typeof COMMANDS)[number]): boolean =>
  words[0] === 'context' || flags.some(({ name }) => name === 'yes');
const examplesOf = (commands: typeof COMMANDS): readonly Example[] => commands.flatMap(({ examples }) => examples);

/** What only reads shares one world. */
const worlds: readonly (readonly [name: string, examples: readonly Example[]])[] = [
  ['readings', examplesOf(COMMANDS.filter((command) => !isWrite(command)))],
  ...COMMANDS.filter(isWrite).map((command) => [nameOf(command), command.examples] as const),
];

describe.each(worlds)('%s', (name, examples) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test.each(examples.map((example) => [example.line, example] as const))(
    `The example of ${name}: \`%s\` does what its help page says`,
    async (line, { exits = 0, input = '' }) => {
      const interruptWhen = (out: string): boolean => exits === 130 && out.includes('\n');
      const ran = await world.cli(line, { input, interruptWhen });
      expect({ exit: ran.exit, err: ran.err }).toEqual({
        exit: exits,
        err: expect.not.stringMatching(/fault of this program|undefined|\[object/) as string,
      });
      expect(ran.out).not.toMatch(/undefined|\[object|NaN|hunter2/);
      if (process.env['TEST_SHOW'] !== undefined) console.log(`$ ${line}\n${ran.out}${ran.err}`);
    },
  );
});
