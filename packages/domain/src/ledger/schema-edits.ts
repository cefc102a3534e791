// What a command does to the ledger's own schemas, and why that may be refused.
import { canonicalJson, parseJsonText, type JsonObject } from '@confledger/document';
import { refuse, refuseWith } from '../stream/refusals.js';
import { changingEdits, mountOf, schemaRefusal, schemasLimit, schemaUnknown, withEdits, type SchemaEdit } from '../schemas/mounts.js';
import type { Schemas } from '../schemas/mounted.js';
import type { SchemaDocument, Violation } from '../schemas/rules.js';
import { NO_SCHEMAS } from './activation-judged.js';
import type { Asked } from './asked.js';
import type { BatchOperation, LedgerRefusal } from './commands.js';
import type { EditCommand } from './edits.js';
import { examinedKey, violationCount, violationDetails } from './judging.js';
import type { LedgerId } from './ledger-id.js';
import type { Ledger } from './state.js';

/** The edits of a command that change something. */
export function schemaEditsOf(command: EditCommand, schemas: Schemas): readonly SchemaEdit[] | LedgerRefusal {
  const edits: SchemaEdit[] = [];
  for (const { id, mount, schema } of writtenSchemas(command)) {
    const place = mountOf(mount);
    if (typeof place !== 'string') return ofOperation(place, id);
    if (schema === null && !schemas.has(place)) return ofOperation(schemaUnknown(place, schemas), id);
    if (edits.some((edit) => edit.mount === place)) return ofOperation(mountedTwice(place), id);
    edits.push({ mount: place, schema });
  }
  return changingEdits(schemas, edits);
}

interface Written {
  /** Of its operation in a batch. */
  readonly id: string | null;
  readonly mount: string;
  readonly schema: SchemaDocument | null;
}

function writtenSchemas(command: EditCommand): readonly Written[] {
  if (command.type === 'SetSchema') return [{ id: null, mount: command.mount, schema: documentOf(command) }];
  if (command.type === 'RemoveSchema') return [{ id: null, mount: command.mount, schema: null }];
  return command.type === 'Batch' ? command.operations.flatMap(writtenByOperation) : [];
}

function writtenByOperation(operation: BatchOperation): Written[] {
  if (operation.type === 'SCHEMA_SET') return [{ id: operation.id, mount: operation.mount, schema: documentOf(operation) }];
  return operation.type === 'SCHEMA_REMOVE' ? [{ id: operation.id, mount: operation.mount, schema: null }] : [];
}

/** With its members in the order in which the log gives them back, so that every api shows the same text. */
const documentOf = ({ dialect, schema }: SchemaDocument): SchemaDocument => ({ dialect, schema: inOrder(schema) });

function inOrder(schema: SchemaDocument['schema']): SchemaDocument['schema'] {
  return typeof schema === 'boolean' ? schema : (parseJsonText(canonicalJson(schema)) as JsonObject);
}

function ofOperation(refusal: LedgerRefusal, operation: string | null): LedgerRefusal {
  if (operation === null) return refusal;
  return refuseWith(
    refusal.code,
    `Operation ${operation}: ${refusal.message}`,
    refusal.details.map((detail) => ({ ...detail, operation })),
  );
}

function mountedTwice(mount: string): LedgerRefusal {
  return refuse('BATCH_OVERLAPPING_KEYS', 'mount', `Two operations change the schema at the mount '${mount}'`, 'Say it in one operation');
}

/** Asks for all that says whether schemas may be stored. */
export function askAboutSchemas(edits: readonly SchemaEdit[], asked: Asked): void {
  if (edits.length > 0) asked.askStatement();
  for (const { schema } of edits) if (schema !== null) asked.get('examined', examinedKey(schema), schema);
}

/** Why schemas may not be stored, whatever the documents are. Null, too, while that is still to be looked at: `asked` waits then. */
export function schemasRefusal(ledger: Ledger | null, edits: readonly SchemaEdit[], asked: Asked): LedgerRefusal | null {
  const { context } = asked;
  const olderApis = context.facts.get('statement', context.id.text)?.olderApis;
  if (olderApis === undefined) asked.askStatement();
  else if (olderApis.length > 0) return upgradeUnfinished(olderApis);
  for (const { mount, schema } of edits) {
    const examined = schema === null ? null : asked.get('examined', examinedKey(schema), schema);
    if (examined?.kind === 'refused') return schemaRefusal(mount, examined.problems);
  }
  return schemasLimit(withEdits(ledger?.schemas ?? NO_SCHEMAS, edits));
}

function upgradeUnfinished(olderApis: readonly string[]): LedgerRefusal {
  const message = `Apis of an older release still run, which would write past a schema: ${olderApis.join(', ')}`;
  return refuse('UPGRADE_UNFINISHED', null, message, 'Finish the upgrade of all apis, then try again');
}

/** How a change breaks what it sets, and what else it would break. */
export interface BrokenSchemas {
  readonly edits: readonly SchemaEdit[];
  /** Of the schemas that it sets: by head behind it, or by what runs behind it. */
  readonly violations: readonly Violation[];
  /** What the change adds by any rule. */
  readonly added: readonly Violation[];
}

/** A schema must hold for head and for what runs, unless its sender accepts that they break it. Everything is named at once. */
export function schemaViolated({ text }: LedgerId, { edits, violations, added }: BrokenSchemas, { context }: Asked): LedgerRefusal | null {
  const isAdded = new Set(added.map(({ identity }) => identity));
  // What the same call adds is refused like any other value.
  if (violations.every(({ identity }) => isAdded.has(identity)) || context.guards.standing === 'accepted') return null;
  const mounts = edits.map(({ mount }) => `'${mount}'`).join(', ');
  const all = [...new Map([...violations, ...added].map((each) => [each.identity, each])).values()];
  const message = `What ${text} holds breaks the schema at ${mounts}: ${violationCount(all.length)}`;
  const details = violationDetails(all);
  return refuseWith('SCHEMA_VIOLATED', `${message}. Mend the values in the same batch, or send standing: "accepted"`, details);
}
