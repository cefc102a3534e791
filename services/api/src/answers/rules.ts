// Rules as answers show them: the schema at its mount, where it comes from, and the tag that a write to it is compared with.
import type { ListedRule } from '@confledger/application';
import type { RuleItem } from '@confledger/contracts/http';
import { schemaTag } from '../request/conditions.js';

/** A rule of a ledger. */
export function showRule({ mount, dialect, schema, origin, inForce }: ListedRule): RuleItem {
  return { mount, dialect, schema, origin, inForce, tag: origin.kind === 'own' ? schemaTag(origin.revision) : null };
}
