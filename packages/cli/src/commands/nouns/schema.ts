// The verbs of `schema`: list, show, set, remove, what-if.
import type { RuleItem, SchemasAnswer, SchemaWriteAnswer, WriteAnswer } from '@confledger/contracts/http';
import { isJsonObject } from '@confledger/document/json-and-paths';
import { CliError, usage } from '../../errors/cli-error.js';
import { EXIT, type ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { progressOn } from '../../output/progress.js';
import { printItems, printResult } from '../../output/results.js';
import { table } from '../../output/table.js';
import { counted, oneLine } from '../../output/text.js';
import type { LedgerName, Session } from '../../session.js';
import { makeGuarded, writeHeaders } from '../../writes/guarded.js';
import { dataJson } from '../../values/read-input.js';

async function schemas(session: Session, { environment, service }: LedgerName, mount?: string): Promise<SchemasAnswer> {
  const query = { environment, ...(mount === undefined ? {} : { mount }) };
  return (await (await session.client).readSchemas({ service, query })).data;
}

export async function list(session: Session, _: Given): Promise<void> {
  const data = await schemas(session, await session.ledger());
  printItems(session, data, () => {
    const rows = data.items.map((item) => [
      item.mount === '' ? '(root)' : item.mount,
      originText(item),
      item.inForce ? '' : 'not in force',
      titleOf(item),
    ]);
    return table(['mount', 'from', '', 'title'], rows, session.tableColumns);
  });
  const { head, running } = data;
  if (head.violationCount > 0) session.say(`${counted(head.violationCount, 'violation')} in the newest version: confledger validate`);
  if (running !== null && running.violationCount > 0)
    session.say(`${counted(running.violationCount, 'violation')} in what runs: confledger validate`);
}

function originText({ origin }: RuleItem): string {
  if (origin.kind === 'own') return 'own';
  return origin.kind === 'parent' ? origin.ledger : `category ${origin.category}, edition ${origin.edition}`;
}

function titleOf({ schema }: RuleItem): string {
  if (typeof schema === 'boolean') return schema ? 'switches off what is inherited' : 'refuses everything';
  return typeof schema['title'] === 'string' ? schema['title'] : '';
}

export async function show(session: Session, given: Given): Promise<void> {
  const mount = mountOf(given);
  const data = await schemas(session, await session.ledger(), mount);
  printResult(session, data, () => {
    const [nearest] = data.items.filter(({ inForce }) => inForce);
    return `${JSON.stringify((nearest ?? data.items[0])?.schema ?? null, null, 2)}\n`;
  });
}

/** `.` is the root, whose name is empty. */
function mountOf(given: Given): string {
  const [mount = ''] = given.positionals;
  return mount === '.' ? '' : mount;
}

export async function set(session: Session, given: Given): Promise<void> {
  const data = given.text('data');
  if (data === undefined) throw usage('`schema set` needs --data.', 'confledger schema set <mount> -d @schema.json');
  const schema = await dataJson(session.io, data);
  if (!isJsonObject(schema) && typeof schema !== 'boolean')
    throw usage('--data is no JSON Schema.', 'A schema is an object, true or false.');
  const dialect = given.text('dialect') as 'draft-07' | undefined;
  await write(session, given, {
    make: async (client, call, body) =>
      client.setSchema({ ...call, body: { ...body, ...(dialect === undefined ? {} : { dialect }), mount: mountOf(given), schema } }),
    whenNew: { 'if-none-match': '*' },
  });
}

export async function remove(session: Session, given: Given): Promise<void> {
  await write(session, given, {
    make: async (client, { query, ...call }, body) => client.removeSchema({ ...call, query: { ...query, mount: mountOf(given) }, body }),
    whenNew: {},
  });
}

interface CallParts {
  readonly service: string;
  readonly query: { readonly environment: string };
  readonly headers: { readonly 'idempotency-key': string; readonly 'if-match'?: string; readonly 'if-none-match'?: '*' };
}
interface BodyParts {
  readonly dryRun: boolean;
  readonly reason: string | undefined;
  readonly standing?: 'accepted';
}
type Client = Awaited<Session['client']>;
type Make = (client: Client, call: CallParts, body: BodyParts) => Promise<{ readonly data: SchemaWriteAnswer }>;

/** The tag of the schema that stands at the mount is sent, or that there is none, so that nobody else's change is written over. */
async function write(
  session: Session,
  given: Given,
  { make, whenNew }: { readonly make: Make; readonly whenNew: { readonly 'if-none-match'?: '*' } },
): Promise<void> {
  const ledger = await session.ledger();
  const { environment, service } = ledger;
  const client = await session.client;
  const tag = await ownTag(session, ledger, mountOf(given));
  const send = async (dryRun: boolean, reason: string | undefined): Promise<SchemaWriteAnswer> => {
    const headers = { ...writeHeaders(), ...(tag === null ? whenNew : { 'if-match': tag }) };
    const body = { dryRun, reason, ...(given.is('accept-standing') ? { standing: 'accepted' as const } : {}) };
    return (await make(client, { service, query: { environment }, headers }, body)).data;
  };
  const written = await makeGuarded<WriteAnswer>(session, given, ledger, {
    question: `Change the rules of ${environment}.${service}?`,
    ...{ weighty: true, isShown: true },
    look: async ({ reason }) => {
      const answer = await send(true, reason);
      return { answer, guards: {}, lines: changeLines(answer) };
    },
    act: async ({ reason }) => send(false, reason),
  });
  const { answer, isDryRun } = written;
  printResult(
    session,
    answer,
    () =>
      `${[`${environment}.${service}  ${answer.changed ? (isDryRun ? 'would be changed' : 'changed') : 'nothing to do'}`, ...changeLines(answer)].join('\n')}\n`,
  );
}

function changeLines({ schemaChanges = [] }: WriteAnswer): string[] {
  return schemaChanges.map(({ mount, change }) => `  schema at ${mount === '' ? 'the root' : oneLine(mount)}: ${change}`);
}

async function ownTag(session: Session, ledger: LedgerName, mount: string): Promise<string | null> {
  const { ApiError } = await import('@confledger/client');
  try {
    const { items } = await schemas(session, ledger, mount);
    return items.find(({ origin }) => origin.kind === 'own')?.tag ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Which versions, or activations, a schema would have refused. */
export async function whatIf(session: Session, given: Given): Promise<ExitCode> {
  const data = given.text('data');
  if (data === undefined) throw usage('`schema what-if` needs --data.', 'confledger schema what-if <mount> -d @schema.json');
  const schema = await dataJson(session.io, data);
  if (!isJsonObject(schema) && typeof schema !== 'boolean')
    throw usage('--data is no JSON Schema.', 'A schema is an object, true or false.');
  const { environment, service } = await session.ledger();
  const of = given.is('activations') ? ('activations' as const) : ('versions' as const);
  const { lines } = await (
    await session.client
  ).whatIfSchema({ service, query: { environment }, body: { mount: mountOf(given), schema, of } });
  const progress = progressOn(session);
  let refused = 0;
  try {
    for await (const line of lines) {
      if (line.kind === 'progress') progress.show(`${counted(line.itemCount, of.slice(0, -1))} looked at`);
      else progress.end();
      if (session.form !== 'table') session.print(`${JSON.stringify(line)}\n`);
      else if (line.kind === 'stretch')
        session.print(
          `${of} ${line.from} to ${line.to}: ${line.errors.map(({ path, message }) => `${oneLine(path ?? '')}: ${oneLine(message)}`).join('; ')}\n`,
        );
      else if (line.kind === 'end')
        session.print(`${line.refusedCount} of ${counted(line.itemCount, of.slice(0, -1))} would have been refused\n`);
      if (line.kind === 'end') refused = line.refusedCount;
      if (line.kind === 'failed') throw new CliError(EXIT.refused, line.code, line.error);
    }
  } finally {
    progress.end();
  }
  return given.is('exit-code') && refused > 0 ? EXIT.differences : EXIT.done;
}
