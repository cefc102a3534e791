// The part of the command table that writes to one ledger, or takes it live.
import type { Command } from '../../grammar/command.js';
import { ACTIVATING, ACTIVATION, flag, LEDGER, LIVE, SERVER, text, WAITING, WRITE } from '../../grammar/flags.js';

const layersOf = (...choices: readonly string[]) => text('layers', 'which', 'what is inherited', { choices });

export const WRITE_COMMANDS: readonly Command[] = [
  {
    words: ['set'],
    summary: 'Set a value, or several as one change set',
    about:
      'Where the schema gives the value one type, it is read as that. Else numbers, true, false, null and what begins with {, [ or " are JSON, and anything else is text. Without a value it is asked for. The change is a draft; --activate also takes it live.',
    positionals: [
      { name: 'path', required: true, names: 'path', summary: 'a path, or path=value for each of several' },
      { name: 'value', required: false, many: true, summary: 'the value; - reads standard input' },
    ],
    flags: [
      flag('string', 'the value is text, whatever it looks like'),
      flag('json', 'the value is JSON'),
      ...ACTIVATING,
      ...LEDGER,
      ...SERVER,
    ],
    operations: ['writeBatch', 'readSchemas', 'readVersion', 'listEnvironments'],
    exits: [4, 5],
    examples: [
      { line: 'confledger set risk.parameters.maxPositionSize 3000 -m "calm market"', says: 'one value' },
      { line: 'confledger set fee=0.2 desk=london', says: 'two values, one change set' },
      { line: 'confledger set fee 0.3 --activate --include-pending', says: 'and take it live, with what waits' },
      { line: 'confledger set zip 01234 --string --dry-run', says: 'what would happen' },
      { line: 'confledger set api.password -', says: 'a secret, on standard input', input: 'hunter2\n' },
      { line: 'confledger set api.password hunter2', says: 'never on the command line', exits: 2 },
    ],
    load: async () => import('../ledger/set.js'),
  },
  {
    words: ['unset'],
    summary: 'Delete values or subtrees, as one change set',
    positionals: [{ name: 'path', required: true, many: true, names: 'path', summary: 'a value or a subtree' }],
    flags: [...ACTIVATING, ...LEDGER, ...SERVER],
    operations: ['writeBatch', 'readVersion', 'listEnvironments'],
    exits: [4, 5, 7],
    examples: [
      { line: 'confledger unset fee venues --dry-run', says: 'what would happen' },
      { line: 'confledger unset fee -m "not used"', says: 'a draft' },
    ],
    load: async () => import('../ledger/unset.js'),
  },
  {
    words: ['activate'],
    summary: 'Take a version live, exactly as its difference was shown',
    about:
      'Where production runs by it, it asks first. If something else goes live in between, nothing is done: exit 4, and the new difference.',
    positionals: [{ name: 'version', required: false, names: 'version', summary: 'default latest' }],
    flags: [...WRITE, ...LIVE, layersOf('newest', 'kept'), ...LEDGER, ...SERVER],
    operations: ['activateVersion', 'readDifference', 'listEnvironments', 'readEnvironment', 'listNodes'],
    exits: [4, 5, 7],
    examples: [
      { line: 'confledger activate', says: 'the newest version' },
      { line: 'confledger activate --wait --nodes 0', says: 'and wait for the nodes, if there are any' },
      { line: 'confledger activate -e production --yes -m "as rehearsed"', says: 'without a question' },
      { line: 'confledger activate --dry-run', says: 'what would happen' },
    ],
    load: async () => import('../ledger/activate.js'),
  },
  {
    words: ['rollback'],
    summary: 'Give back what ran before, or any activation, at once',
    about:
      'Without words it goes to what ran before the running activation; a number is named in the question, and only that is given back.',
    positionals: [{ name: 'version', required: false, names: 'version', summary: 'default previous; active pins what runs' }],
    flags: [
      ACTIVATION,
      flag('accept-violations', 'go on although rules of today refuse what is given back'),
      layersOf('recorded', 'kept', 'newest'),
      text('schemas', 'which', 'the schemas of the ledger', { choices: ['current', 'restore'] }),
      ...WRITE,
      ...LIVE,
      ...LEDGER,
      ...SERVER,
    ],
    operations: ['rollBack', 'rollBackTo', 'readVersion', 'readActivation', 'listEnvironments'],
    exits: [4, 5, 7],
    examples: [
      { line: 'confledger rollback -e production --yes', says: 'what ran before, in one command' },
      { line: 'confledger rollback release-1 -e production --yes', says: 'a version by its tag' },
      { line: 'confledger rollback -e production --dry-run', says: 'what would happen' },
    ],
    load: async () => import('../ledger/rollback.js'),
  },
  {
    words: ['tag'],
    summary: 'Name a version, or take a name away',
    positionals: [
      { name: 'version', required: true, names: 'version', summary: 'a version; with --delete the tag alone will do' },
      { name: 'tag', required: false, summary: 'its name' },
    ],
    flags: [flag('delete', 'take the tag away'), flag('move', 'take it from the version that has it'), ...WRITE, ...LEDGER, ...SERVER],
    operations: ['tagVersion', 'untagVersion'],
    exits: [4, 7],
    examples: [
      { line: 'confledger tag latest release-2', says: 'the newest version' },
      { line: 'confledger tag latest release-1 --move', says: 'move a tag' },
      { line: 'confledger tag release-1 --delete', says: 'take it away' },
    ],
    load: async () => import('../ledger/tag.js'),
  },
  {
    words: ['promote'],
    summary: 'Take own values of another environment over, as one change set',
    about: 'It is shown first, and exactly what was shown is done. Nothing is deleted without --prune.',
    positionals: [{ name: 'path', required: false, many: true, names: 'path', summary: 'values or subtrees; everything without it' }],
    flags: [
      text('from', 'environment', 'where the values come from', { names: 'environment' }),
      text('version', 'version', 'a number, a tag, latest, active or previous', { names: 'version' }),
      flag('prune', 'also delete own values that the source lacks'),
      ...ACTIVATING,
      ...LEDGER,
      ...SERVER,
    ],
    operations: ['promote', 'readVersion', 'listEnvironments'],
    exits: [4, 5, 7],
    examples: [
      { line: 'confledger promote --from staging -e production --dry-run', says: 'what would change' },
      { line: 'confledger promote fee --from staging --version latest -e production --activate --yes', says: 'one value, live' },
      { line: 'confledger promote --from staging -e production -m "as rehearsed"', says: 'everything, as a draft' },
    ],
    load: async () => import('../ledger/promote.js'),
  },
  {
    words: ['wait'],
    summary: 'Wait until the nodes have applied an activation',
    about: 'All nodes that were live, and at least --nodes of them. A refusal ends it at once.',
    positionals: [{ name: 'activation', required: true, summary: 'its number' }],
    flags: [...WAITING, ...LEDGER, ...SERVER],
    operations: ['listNodes', 'readActivation', 'readVersion', 'readEnvironment'],
    exits: [4, 5, 7],
    examples: [{ line: 'confledger wait 6 --nodes 0 --timeout 5', says: 'also where there are no nodes' }],
    load: async () => import('../ledger/wait.js'),
  },
];
