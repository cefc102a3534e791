// Events of a ledger as specs write them down.
import type { DraftEvent, SchemaDocument, UnsignedActivation } from '../../../packages/domain/src/index.js';

export const created = (): DraftEvent => ({ type: 'LedgerCreated', data: { environment: 'production', service: 'trading-engine' } });
export const set = (path: string, value: Extract<DraftEvent, { type: 'ConfigSet' }>['data']['value']): DraftEvent => ({
  type: 'ConfigSet',
  data: { path, value },
});
export const schemaSet = (mount: string, schema: SchemaDocument['schema']): DraftEvent => ({
  type: 'SchemaSet',
  data: { mount, dialect: '2020-12', schema },
});
export const schemaRemoved = (mount: string): DraftEvent => ({ type: 'SchemaRemoved', data: { mount } });
export const deleted = (path: string): DraftEvent => ({ type: 'ConfigDeleted', data: { path } });
export const tagged = (version: number, tag: string): DraftEvent => ({ type: 'VersionTagged', data: { version, tag } });
export const untagged = (version: number, tag: string): DraftEvent => ({ type: 'VersionUntagged', data: { version, tag } });
export const retired = (): DraftEvent => ({ type: 'LedgerRetired', data: {} });
export const restored = (): DraftEvent => ({ type: 'LedgerRestored', data: {} });
export const activated = (data: UnsignedActivation['data'], statement: UnsignedActivation['statement'] = { form: 1 }): DraftEvent => ({
  type: 'VersionActivated',
  data,
  statement,
});
