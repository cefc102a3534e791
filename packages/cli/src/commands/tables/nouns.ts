// The part of the command table that begins with a noun.
import type { Command } from '../../grammar/command.js';
import {
  CONFIRM,
  DATA,
  ENVIRONMENT,
  EXIT_CODE,
  flag,
  LEDGER,
  list,
  number,
  PAGES,
  SERVER,
  SERVICE,
  text,
  WRITE,
} from '../../grammar/flags.js';

const CONTEXT_NAME = { name: 'name', required: true, names: 'context' as const, summary: 'its name' };
const ENVIRONMENT_NAME = { name: 'name', required: true, names: 'environment' as const, summary: 'its name' };
const MOUNT = { name: 'mount', required: true, names: 'path' as const, summary: 'where it applies; . is the root' };
const RETIRED = text('retired', 'which', 'retired ones', { choices: ['true', 'all'] });
const ACCEPT_STANDING = flag('accept-standing', 'take the schema although values break it already');

const context = async () => import('../nouns/context.js');
const schema = async () => import('../nouns/schema.js');
const env = async () => import('../nouns/env.js');
const ledger = async () => import('../nouns/ledger.js');
const node = async () => import('../nouns/node.js');

const CONTEXT_COMMANDS: readonly Command[] = [
  {
    words: ['context', 'list'],
    summary: 'List the contexts; a star marks the current one',
    positionals: [],
    flags: [],
    operations: [],
    exits: [],
    examples: [{ line: 'confledger context list', says: 'all of them' }],
    load: async () => ({ run: (await context()).list }),
  },
  {
    words: ['context', 'show'],
    summary: 'Show which server, token and ledger are used here, and what said so',
    positionals: [{ ...CONTEXT_NAME, required: false }],
    flags: [...LEDGER, ...SERVER],
    operations: [],
    exits: [],
    examples: [
      { line: 'confledger context show', says: 'what a command here would use' },
      { line: 'confledger context show desk', says: 'one context' },
    ],
    load: async () => ({ run: (await context()).show }),
  },
  {
    words: ['context', 'set'],
    summary: 'Make a context, or change what is named of it',
    about: 'It keeps where the token is, not the token. The first one becomes current.',
    positionals: [CONTEXT_NAME],
    flags: [
      text('server', 'url', 'the api to call; needs --token-file'),
      text('token-file', 'file', 'the token for --server; - reads it from standard input', { names: 'file' }),
      flag('no-token', 'the server takes none'),
      ...LEDGER,
      text('confirm-writes', 'when', 'whether every write asks, or only those that go live in production', { choices: ['always', 'live'] }),
    ],
    operations: [],
    exits: [],
    examples: [
      { line: 'confledger context set prod --server https://ledger.example --token-file ./ops.token -e production', says: 'a new one' },
      { line: 'confledger context set desk -s risk-gateway --confirm-writes always', says: 'change one' },
    ],
    load: async () => ({ run: (await context()).set }),
  },
  {
    words: ['context', 'use'],
    summary: 'Make a context the current one',
    positionals: [CONTEXT_NAME],
    flags: [],
    operations: [],
    exits: [],
    examples: [{ line: 'confledger context use desk', says: 'for all commands that name no other' }],
    load: async () => ({ run: (await context()).use }),
  },
  {
    words: ['context', 'delete'],
    summary: 'Delete a context; its token file is left alone',
    positionals: [CONTEXT_NAME],
    flags: [],
    operations: [],
    exits: [],
    examples: [{ line: 'confledger context delete desk', says: 'none is current then' }],
    load: async () => ({ run: (await context()).remove }),
  },
];

const SCHEMA_COMMANDS: readonly Command[] = [
  {
    words: ['schema', 'list'],
    summary: 'List the schemas that a ledger is judged by, and where each comes from',
    positionals: [],
    flags: [...LEDGER, ...SERVER],
    operations: ['readSchemas'],
    exits: [7],
    examples: [{ line: 'confledger schema list', says: 'own ones, those of parents, built-in ones' }],
    load: async () => ({ run: (await schema()).list }),
  },
  {
    words: ['schema', 'show'],
    summary: 'Print the schema at a mount',
    positionals: [MOUNT],
    flags: [...LEDGER, ...SERVER],
    operations: ['readSchemas'],
    exits: [7],
    examples: [{ line: 'confledger schema show risk.parameters', says: 'the one in force' }],
    load: async () => ({ run: (await schema()).show }),
  },
  {
    words: ['schema', 'set'],
    summary: 'Mount a schema; true switches off what would be inherited at that very mount',
    positionals: [MOUNT],
    flags: [
      DATA,
      text('dialect', 'name', 'default 2020-12', { choices: ['2020-12', 'draft-07'] }),
      ACCEPT_STANDING,
      ...WRITE,
      ...LEDGER,
      ...SERVER,
    ],
    operations: ['setSchema', 'readSchemas', 'listEnvironments'],
    exits: [4],
    examples: [
      { line: `confledger schema set fee -d '{"type":"number","maximum":1}'`, says: 'inline' },
      { line: 'confledger schema set fee -d @- --dry-run', says: 'from standard input', input: '{"type":"number"}' },
    ],
    load: async () => ({ run: (await schema()).set }),
  },
  {
    words: ['schema', 'remove'],
    summary: 'Remove a schema of the ledger itself',
    positionals: [MOUNT],
    flags: [ACCEPT_STANDING, ...WRITE, ...LEDGER, ...SERVER],
    operations: ['removeSchema', 'readSchemas', 'listEnvironments'],
    exits: [4, 7],
    examples: [{ line: 'confledger schema remove venues -m "too strict"', says: 'what it hid applies again' }],
    load: async () => ({ run: (await schema()).remove }),
  },
  {
    words: ['schema', 'what-if'],
    summary: 'Show which versions or activations a schema would have refused; nothing is written',
    positionals: [MOUNT],
    flags: [DATA, flag('activations', 'what went live instead'), EXIT_CODE, ...LEDGER, ...SERVER],
    operations: ['whatIfSchema'],
    exits: [4, 6, 7],
    examples: [{ line: `confledger schema what-if fee -d '{"maximum":0.05}'`, says: 'of all versions' }],
    load: async () => ({ run: (await schema()).whatIf }),
  },
];

const ENV_COMMANDS: readonly Command[] = [
  {
    words: ['env', 'list'],
    summary: 'List the environments',
    positionals: [],
    flags: [RETIRED, ...SERVER],
    operations: ['listEnvironments'],
    exits: [],
    examples: [{ line: 'confledger env list', says: 'without retired ones' }],
    load: async () => ({ run: (await env()).list }),
  },
  {
    words: ['env', 'show'],
    summary: 'Show one environment: type, parents, policy',
    positionals: [ENVIRONMENT_NAME],
    flags: SERVER,
    operations: ['readEnvironment'],
    exits: [7],
    examples: [{ line: 'confledger env show production', says: 'one of them' }],
    load: async () => ({ run: (await env()).show }),
  },
  {
    words: ['env', 'define'],
    summary: 'Define an environment, or change what is named of it',
    about: 'What is not named stays as it is. A type never changes.',
    positionals: [ENVIRONMENT_NAME],
    flags: [
      text('type', 'type', 'of a new environment', { choices: ['development', 'testing', 'staging', 'production'] }),
      list('inherits-from', 'parent', 'a parent; repeat it, nearest first', { names: 'environment' }),
      flag('no-parents', 'inherit from none'),
      flag('abstract', 'a new environment that no node runs'),
      list('policy', 'name=value', 'inherited, writes, reasonRequired or unknownSections'),
      text('properties', 'json|@file', 'an object of your own'),
      number('edition', 'the set of built-in schemas', [0, 1_000_000]),
      flag('accept-old-nodes', 'go on although some nodes are too old to verify it'),
      ...WRITE,
      ...SERVER,
    ],
    operations: ['defineEnvironment', 'readEnvironment', 'listEnvironments'],
    exits: [4],
    examples: [
      { line: 'confledger env define qa --type testing --inherits-from testing', says: 'a new one' },
      { line: 'confledger env define staging --policy reasonRequired=true', says: 'change one' },
      { line: 'confledger env define production --policy reasonRequired=true --yes', says: 'in production it asks, unless --yes' },
    ],
    load: async () => ({ run: (await env()).define }),
  },
  {
    words: ['env', 'retire'],
    summary: 'Retire an environment: it is read as before, and takes nothing',
    positionals: [ENVIRONMENT_NAME],
    flags: [CONFIRM, ...WRITE, ...SERVER],
    operations: ['retireEnvironment', 'readEnvironment'],
    exits: [4, 7],
    examples: [
      { line: 'confledger env retire testing --confirm testing', says: 'confirmed by its name' },
      { line: 'confledger env retire testing --yes', says: '--yes does not answer that', exits: 2 },
    ],
    load: async () => ({ run: (await env()).retire }),
  },
];

const OTHER_COMMANDS: readonly Command[] = [
  {
    words: ['ledger', 'list'],
    summary: 'List the ledgers of all environments, or of -e',
    positionals: [],
    flags: [RETIRED, ...PAGES, ENVIRONMENT, ...SERVER],
    operations: ['listConfigurations'],
    exits: [],
    examples: [
      { line: 'confledger ledger list', says: 'all of them' },
      { line: 'confledger ledger list -e production -o ndjson', says: 'of one environment, for a program' },
    ],
    load: async () => ({ run: (await ledger()).list }),
  },
  {
    words: ['ledger', 'retire'],
    summary: 'Retire a ledger that was made by mistake; what runs goes on running',
    positionals: [],
    flags: [...WRITE, ...LEDGER, ...SERVER],
    operations: ['retireConfiguration', 'listEnvironments'],
    exits: [4, 7],
    examples: [{ line: 'confledger ledger retire -m misspelt', says: 'it takes nothing any more' }],
    load: async () => ({ run: (await ledger()).retire }),
  },
  {
    words: ['ledger', 'unretire'],
    summary: 'Take a retired ledger back, as it stood',
    positionals: [],
    flags: [...WRITE, ...LEDGER, ...SERVER],
    operations: ['restoreConfiguration', 'listEnvironments'],
    exits: [4, 7],
    examples: [{ line: 'confledger ledger unretire', says: 'nothing to do where it is not retired' }],
    load: async () => ({ run: (await ledger()).unretire }),
  },
  {
    words: ['node', 'list'],
    summary: 'List the nodes: who runs what',
    positionals: [],
    flags: [ENVIRONMENT, SERVICE, ...SERVER],
    operations: ['listNodes'],
    exits: [],
    examples: [{ line: 'confledger node list -e testing', says: 'of one environment' }],
    load: async () => ({ run: (await node()).list }),
  },
  {
    words: ['node', 'show'],
    summary: 'Show what one node runs, or why it does not',
    positionals: [{ name: 'name', required: true, names: 'node', summary: 'its name' }],
    flags: [ENVIRONMENT, SERVICE, ...SERVER],
    operations: ['readNode'],
    exits: [4, 7],
    examples: [{ line: 'confledger node show engine-7', says: 'one of them' }],
    load: async () => ({ run: (await node()).show }),
  },
];

export const NOUN_COMMANDS: readonly Command[] = [...CONTEXT_COMMANDS, ...SCHEMA_COMMANDS, ...ENV_COMMANDS, ...OTHER_COMMANDS];
