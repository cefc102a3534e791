// The verbs of `context`: list, show, set, use, delete.
import path from 'node:path';
import { baseUrl } from '@confledger/contracts/http';
import { usage } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import { didYouMean } from '../../grammar/did-you-mean.js';
import { CONTEXT_NAME, contextsFile, readContexts, writeContexts, type Context, type Contexts } from '../../connection/contexts.js';
import { printItems, printResult } from '../../output/results.js';
import { table } from '../../output/table.js';
import type { Session } from '../../session.js';

/** Most contexts in the file. */
export const CONTEXTS_MAX = 1_000;

export async function list(session: Session, _: Given): Promise<void> {
  const { current, contexts } = readContexts(session.io);
  const items = [...contexts].map(([name, says]) => ({ name, current: name === current, ...shownContext(says) }));
  printItems(session, { items }, () =>
    table(
      ['', 'name', 'server', 'environment', 'service', 'confirm', 'token file'],
      items.map((item) => [item.current ? '*' : '', item.name, item.server, item.environment, item.service, item.confirm, item.tokenFile]),
      session.tableColumns,
    ),
  );
}

/** Which server, token and ledger a command here would take, and what said so. */
export async function show(session: Session, given: Given): Promise<void> {
  const [name] = given.positionals;
  if (name !== undefined) {
    const says = named(readContexts(session.io), name);
    return printResult(session, { name, ...shownContext(says) }, () => lines({ name, ...shownContext(says) }));
  }
  const { url, source, token } = session.target;
  const tokenFrom = token.kind === 'file' ? token.file : token.kind === 'variable' ? token.name : token.kind;
  const data = {
    server: url,
    source,
    token: tokenFrom,
    environment: session.namedEnvironment() ?? null,
    service: session.namedService() ?? null,
  };
  printResult(session, data, () => lines(data));
}

function lines(data: Readonly<Record<string, string | null>>): string {
  const width = Math.max(...Object.keys(data).map(({ length }) => length));
  return Object.entries(data)
    .map(([name, value]) => `${name.padEnd(width)}  ${value ?? '-'}\n`)
    .join('');
}

function shownContext({
  server,
  tokenFile,
  environment,
  service,
  confirm,
}: Context): Readonly<Record<'server' | 'tokenFile' | 'environment' | 'service' | 'confirm', string | null>> {
  return { server, tokenFile, environment, service, confirm };
}

/** Makes a context, or changes what is named. A new server needs a token file of its own. */
export async function set(session: Session, given: Given): Promise<void> {
  const [name = ''] = given.positionals;
  if (!CONTEXT_NAME.test(name))
    throw usage('<name> is no name for a context.', 'Letters, digits, dots, dashes and underscores; 63 at most.');
  const { current, contexts } = readContexts(session.io);
  if (!contexts.has(name) && contexts.size >= CONTEXTS_MAX)
    throw usage(`There are ${CONTEXTS_MAX} contexts already.`, 'Delete one: confledger context delete <name>');
  const says = changed(session, given, contexts.get(name));
  const isFirst = current === null;
  await writeContexts(session.io, { current: isFirst ? name : current, contexts: new Map(contexts).set(name, says) });
  session.say(`Context ${name} is kept in ${contextsFile(session.io)}${isFirst ? ', and is current' : ''}.`);
}

function changed(session: Session, given: Given, before: Context | undefined): Context {
  const [server, tokenFile, confirm] = [given.text('server'), given.text('token-file'), given.text('confirm-writes')];
  if (before === undefined && server === undefined)
    throw usage('A new context needs --server.', 'confledger context set <name> --server <url> --token-file <file>');
  if (tokenFile === '-') throw usage('A context keeps where a token is, and - is nowhere.', 'Name a file.');
  const url = server === undefined ? (before?.server ?? '') : checked(server);
  if (tokenFile === undefined && url !== before?.server && !given.is('no-token'))
    throw usage(
      'Another server needs --token-file: no token of another server is sent to it.',
      'Give the file that holds its token, or --no-token.',
    );
  const kept = given.is('no-token') ? null : (before?.tokenFile ?? null);
  return {
    server: url,
    tokenFile: tokenFile === undefined ? kept : path.resolve(session.io.cwd, tokenFile),
    environment: given.text('environment') ?? before?.environment ?? null,
    service: given.text('service') ?? before?.service ?? null,
    confirm: confirm === undefined ? (before?.confirm ?? null) : confirm === 'always' ? 'always' : null,
    warnedOf: before?.warnedOf ?? null,
  };
}

function checked(server: string): string {
  try {
    return baseUrl(server);
  } catch (error) {
    throw usage(`--server: ${error instanceof Error ? error.message.replace('`url`', 'the address') : 'no address'}.`);
  }
}

export async function use(session: Session, given: Given): Promise<void> {
  const [name = ''] = given.positionals;
  const contexts = readContexts(session.io);
  named(contexts, name);
  await writeContexts(session.io, { ...contexts, current: name });
  session.say(`Context ${name} is current.`);
}

/** `delete` is a word of the language. */
export async function remove(session: Session, given: Given): Promise<void> {
  const [name = ''] = given.positionals;
  const { current, contexts } = readContexts(session.io);
  named({ current, contexts }, name);
  const left = new Map([...contexts].filter(([each]) => each !== name));
  await writeContexts(session.io, { current: current === name ? null : current, contexts: left });
  session.say(`Context ${name} is deleted; its token file is left alone.${current === name ? ' No context is current now.' : ''}`);
}

function named({ contexts }: Contexts, name: string): Context {
  const says = contexts.get(name);
  if (says === undefined)
    throw usage(`There is no context '${name}'${didYouMean(name, contexts.keys())}`, '`confledger context list` shows them.');
  return says;
}
