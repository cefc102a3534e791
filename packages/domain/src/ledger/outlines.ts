// Events and refusals that several decisions share.
import type { SchemaEdit } from '../schemas/mounts.js';
import { refuse } from '../stream/refusals.js';
import type { LedgerRefusal } from './commands.js';
import type { DraftEvent } from './events.js';
import type { LedgerId } from './ledger-id.js';

export function changeEvent(change: { readonly path: string; readonly value?: unknown }): DraftEvent {
  const { path, value } = change as { path: string; value?: Extract<DraftEvent, { type: 'ConfigSet' }>['data']['value'] };
  return value === undefined ? { type: 'ConfigDeleted', data: { path } } : { type: 'ConfigSet', data: { path, value } };
}

/** What sets or removes the schema at a mount. */
export function schemaEvent({ mount, schema }: SchemaEdit): DraftEvent {
  if (schema === null) return { type: 'SchemaRemoved', data: { mount } };
  return { type: 'SchemaSet', data: { mount, dialect: schema.dialect, schema: schema.schema } };
}

export function createdEvent({ environment, service }: LedgerId): DraftEvent {
  return { type: 'LedgerCreated', data: { environment, service } };
}

export const ledgerExists = ({ text }: LedgerId): LedgerRefusal =>
  refuse('LEDGER_EXISTS', null, `${text} exists already`, 'Use PUT to replace its document, or PATCH to merge into it');

export const ledgerUnknown = ({ text }: LedgerId): LedgerRefusal =>
  refuse(
    'LEDGER_UNKNOWN',
    null,
    `There is no ledger ${text}`,
    'Write its first value with PUT or POST, or look at GET /configurations for those that exist',
  );
