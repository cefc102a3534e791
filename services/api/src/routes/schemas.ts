// Schemas of a ledger: which it is judged by, mounting and removing its own, and what a proposed one would have refused.
import type { ListedRule, RulesOutcome, WhatIfLine } from '@confledger/application';
import type { RuleItem, SchemaWriteAnswer, WhatIfAnswerLine } from '@confledger/contracts/http';
import { jsonSize, nearestWord } from '@confledger/document';
import { mountOf, type Command } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import { endingOf, sendLines } from '../answers/lines.js';
import { showRule } from '../answers/rules.js';
import { showStanding } from '../answers/standing.js';
import { cutLists, showJudgement, showViolation } from '../answers/violations.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { BODY_ERRORS, LEDGER_ADDRESS_ERRORS, SCHEMA_WRITE_ERRORS, STREAM_ERRORS, WRITE_ERRORS } from '../errors/groups.js';
import { RequestRefused } from '../errors/request-refused.js';
import { write } from '../ledger/execute-command.js';
import { checkSchemaMatch } from '../request/conditions.js';
import type { WriteCall } from '../request/write-options.js';
import { successOf } from '../schemas/answers.js';
import { DIALECT_DEFAULT } from '../schemas/mounts.js';
import { environmentQuery } from '../schemas/requests.js';
import {
  schemaBody,
  schemaQuery,
  schemaRemoveBody,
  schemaRemoveQuery,
  schemasAnswer,
  schemaWriteAnswer,
  schemaWriteQuery,
  whatIfBody,
  whatIfLine,
} from '../schemas/rules.js';

/** The endpoints of schemas. */
export function schemaEndpoints(context: ApiContext): Endpoint[] {
  return [readSchemas(context), setSchema(context), removeSchema(context), whatIf(context)];
}

function readSchemas(context: ApiContext): Endpoint {
  return endpoint(context, 'readSchemas', {
    query: schemaQuery,
    body: null,
    answer: successOf(schemasAnswer),
    statuses: [200],
    errors: [
      ...LEDGER_ADDRESS_ERRORS,
      ...STREAM_ERRORS,
      'LEDGER_UNKNOWN',
      'MOUNT_INVALID',
      'SCHEMA_UNKNOWN',
      'SCHEMA_JUDGE_UNAVAILABLE',
      'IF_MATCH_MALFORMED',
      'IF_MATCH_FAILED',
    ],
    handle: async (call) => {
      const mount = call.query.mount === undefined ? null : readableMount(call.query.mount);
      const found = await rulesOf(context, call.ledger, mount);
      const items = found.rules.map(showRule);
      const tag = items.find((each) => each.tag !== null)?.tag ?? null;
      if (mount !== null) {
        checkSchemaMatch(call.request, tag);
        if (tag !== null) call.reply.header('etag', tag);
      }
      await context.largeAnswers.turn(costOf(found.rules));
      const wrong = { head: showJudgement(found.head), running: found.running && showJudgement(found.running) };
      const truncated = [...cutLists('head.', found.head), ...(found.running === null ? [] : cutLists('running.', found.running))];
      return success(Object.assign(showStanding(found.standing, context.installation), { items, ...wrong, truncated }), context.clock);
    },
  });
}

/** A mount in its one form. */
function readableMount(text: string): string {
  const mount = mountOf(text);
  if (typeof mount === 'string') return mount;
  throw RequestRefused.from(mount);
}

type Found = Extract<RulesOutcome, { kind: 'found' }>;

/** Rules and violations of a ledger; of one mount where that is not null. */
async function rulesOf({ ledgers }: ApiContext, ledger: WriteCall['ledger'], mount: string | null): Promise<Found> {
  const outcome = await ledgers.rules(ledger);
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  if (mount === null) return outcome;
  const rules = outcome.rules.filter((each) => each.mount === mount);
  if (rules.length === 0) throw nothingMounted(mount, outcome.rules);
  const isThere = (each: { readonly mount: string }): boolean => each.mount === mount;
  const ofMount = ({ violations, unjudged }: Found['head']): Found['head'] => {
    return { violations: violations.filter(isThere), unjudged: unjudged.filter(isThere) };
  };
  const { head, running, standing } = outcome;
  return { kind: 'found', standing, rules, head: ofMount(head), running: running && ofMount(running) };
}

function nothingMounted(mount: string, rules: readonly ListedRule[]): RequestRefused {
  const mounts = [...new Set(rules.map((each) => each.mount))];
  const near = nearestWord(mount, mounts);
  return RequestRefused.of('SCHEMA_UNKNOWN', {
    path: 'mount',
    message: `Nothing is mounted at '${mount}', neither by the ledger nor by what it inherits${near === undefined ? '' : `; did you mean '${near}'?`}`,
    remedy: 'Leave mount out to see every mount.',
  });
}

function costOf(rules: readonly ListedRule[]): { readonly leafCount: number; readonly size: number } {
  let size = 0;
  for (const { schema } of rules) size += jsonSize(schema);
  return { leafCount: rules.length, size };
}

const SCHEMA_ERRORS = [...WRITE_ERRORS, ...SCHEMA_WRITE_ERRORS] as const;

function setSchema(context: ApiContext): Endpoint {
  return endpoint(context, 'setSchema', {
    query: schemaWriteQuery,
    body: { schema: schemaBody, required: true },
    answer: successOf(schemaWriteAnswer),
    statuses: [200],
    errors: SCHEMA_ERRORS,
    handle: async (call) => {
      const { mount = '', dialect = DIALECT_DEFAULT, schema } = call.body;
      return success(await written(context, call, { type: 'SetSchema', mount, dialect, schema }), context.clock);
    },
  });
}

function removeSchema(context: ApiContext): Endpoint {
  return endpoint(context, 'removeSchema', {
    query: schemaRemoveQuery,
    body: { schema: schemaRemoveBody, required: false },
    answer: successOf(schemaWriteAnswer),
    statuses: [200],
    errors: [...SCHEMA_ERRORS, 'QUERY_PARAMETER_MISSING'],
    handle: async (call) => success(await written(context, call, { type: 'RemoveSchema', mount: call.query.mount }), context.clock),
  });
}

type SchemaCommand = Extract<Command, { type: 'SetSchema' | 'RemoveSchema' }>;

async function written(context: ApiContext, call: WriteCall, command: SchemaCommand): Promise<SchemaWriteAnswer> {
  const { answer } = await write(context, call, command);
  const mount = readableMount(command.mount);
  const rules = await rulesBehind(context, call, mount);
  return Object.assign({}, answer, { mount, items: rules && (answer.dryRun ? asIf(rules, { ...command, mount }) : rules) });
}

/** The write is done: rules that cannot be read now do not make a failure of it. */
async function rulesBehind({ ledgers }: ApiContext, { ledger }: WriteCall, mount: string): Promise<readonly RuleItem[] | null> {
  try {
    const outcome = await ledgers.rules(ledger);
    // Of a dry run, or where the last rule went.
    if (outcome.kind === 'refused') return [];
    return outcome.rules.filter((each) => each.mount === mount).map(showRule);
  } catch {
    return null;
  }
}

/** What would be mounted there behind a write that was only tried. */
function asIf(rules: readonly RuleItem[], command: SchemaCommand): readonly RuleItem[] {
  const above = rules.filter(({ origin }) => origin.kind !== 'own');
  const isFirst = (index: number): boolean => index === 0;
  if (command.type === 'RemoveSchema') return above.map((each, index) => ({ ...each, inForce: isFirst(index) && each.schema !== true }));
  const { mount, dialect, schema } = command;
  const own = rules.find(({ origin }) => origin.kind === 'own');
  const tried: RuleItem = { mount, dialect, schema, origin: own?.origin ?? NOT_SET, inForce: schema !== true, tag: own?.tag ?? null };
  return [tried, ...above.map((each) => ({ ...each, inForce: false }))];
}

/** The event that would set it has no revision yet. */
const NOT_SET = { kind: 'own', revision: null } as const;

function whatIf(context: ApiContext): Endpoint {
  return endpoint(context, 'whatIfSchema', {
    query: environmentQuery,
    body: { schema: whatIfBody, required: true },
    answer: whatIfLine,
    statuses: [200],
    errors: [
      ...LEDGER_ADDRESS_ERRORS,
      ...BODY_ERRORS,
      ...STREAM_ERRORS,
      'LEDGER_UNKNOWN',
      'MOUNT_INVALID',
      'SCHEMA_JUDGE_UNAVAILABLE',
      'SCHEMA_INVALID',
      'SCHEMA_TOO_LARGE',
      'SCHEMA_TOO_COSTLY',
      'PATTERN_UNSUPPORTED',
      'WHAT_IF_RUNNING',
    ],
    handle: async (call) => {
      const { mount = '', dialect = DIALECT_DEFAULT, schema, of, from, to } = call.body;
      const asked = { mount, dialect, schema, of, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const ending = endingOf(context, call);
      const outcome = await context.ledgers.whatIf(call.ledger, asked, ending);
      if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
      return sendLines(context, call, shown(outcome.lines), { ending });
    },
  });
}

async function* shown(lines: AsyncIterable<WhatIfLine>): AsyncGenerator<WhatIfAnswerLine> {
  for await (const line of lines) yield showLine(line);
}

function showLine(line: WhatIfLine): WhatIfAnswerLine {
  switch (line.kind) {
    case 'stretch': {
      const { kind, from, to, ran: itemCount, errors, count } = line;
      return { kind, from, to, itemCount, errors: errors.map(showViolation), count };
    }
    case 'progress':
      return { kind: line.kind, itemCount: line.looked, to: line.upTo };
    case 'end':
      return { kind: line.kind, itemCount: line.looked, refusedCount: line.refused };
  }
}
