// The schemas that a ledger holds itself, each at its mount.
import type { SchemaDocument } from './rules.js';

/** A schema with the revision of the event that set it. */
export type MountedSchema = SchemaDocument & { readonly mount: string; readonly revision: number };

/** By mount. */
export type Schemas = ReadonlyMap<string, MountedSchema>;
