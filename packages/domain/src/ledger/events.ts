// The events of a ledger: a storage format. Names and members never change; a new form of an event gets a new schemaVersion and a decoder
// that makes today's shape of the old one. Order within a change set: LedgerCreated, schemas, changes, tags, the activation last. LedgerRetired
// and LedgerRestored each stand alone in theirs.
import { isJsonObject, type JsonValue } from '@confledger/document';
import { DIALECTS, type Dialect, type SchemaDocument } from '../schemas/rules.js';
import {
  holdsMembers,
  isCount,
  isCountOrNull,
  isFlag,
  isListOf,
  isPresent,
  isText,
  membersOf,
  type EventDecoders,
} from '../stream/decoders.js';

/** The first event of every ledger. Its id is the ledger's origin. */
export interface LedgerCreated {
  readonly type: 'LedgerCreated';
  readonly data: { readonly environment: string; readonly service: string };
}

/** A leaf was given a value: a scalar, an array (always whole) or `{}`. */
export interface ConfigSet {
  readonly type: 'ConfigSet';
  readonly data: { readonly path: string; readonly value: JsonValue };
}

/** A leaf was removed. An object whose last leaf is removed is gone with it. */
export interface ConfigDeleted {
  readonly type: 'ConfigDeleted';
  readonly data: { readonly path: string };
}

/** A schema was mounted, in the place of the one that stood at the very mount. It makes no version. */
export interface SchemaSet {
  readonly type: 'SchemaSet';
  readonly data: { readonly mount: string; readonly dialect: Dialect; readonly schema: SchemaDocument['schema'] };
}

/** The schema at a mount was taken away. */
export interface SchemaRemoved {
  readonly type: 'SchemaRemoved';
  readonly data: { readonly mount: string };
}

/** A version became the one that nodes run. The revision of this event names the activation and orders it. */
export interface VersionActivated {
  readonly type: 'VersionActivated';
  readonly data: {
    readonly version: number;
    /** The version that was active before; null for a ledger's first activation. */
    readonly previous: number | null;
    /** Hex SHA-256 digest of the document at `version`. */
    readonly digest: string;
    /** How many versions are newer than `version`. */
    readonly pending: number;
    readonly keyId: string;
    /** Ed25519 over the activation statement, base64url. */
    readonly signature: string;
    /** The version whose content was restored, when this event ends a rollback. */
    readonly rollbackTo?: number;
    /** Revision of the activation before this one, null for the first. Absent in schemaVersion 1: it is the one before in the stream. */
    readonly previousActivation?: number | null;
    /** Digest of the version's own document. In schemaVersion 1 it is `digest`. */
    readonly own: string;
    /** The activations of parents that the document is built on, nearest first. None in schemaVersion 1. */
    readonly layers: readonly Layer[];
    /** Globs of paths whose change needs a restart of the node, sorted. None in schemaVersion 1. */
    readonly restart: readonly string[];
    /** True while layers are kept although parents have newer ones. False in schemaVersion 1. */
    readonly pinned: boolean;
    /** Revision of `environments` whose parents the layers follow; null where there is none, and in schemaVersion 1. */
    readonly definition: number | null;
  };
}

/** An activation of a parent ledger. */
export type Layer = {
  readonly ledger: string;
  readonly origin: string;
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
};

export interface VersionTagged {
  readonly type: 'VersionTagged';
  readonly data: { readonly version: number; readonly tag: string };
}

export interface VersionUntagged {
  readonly type: 'VersionUntagged';
  readonly data: { readonly version: number; readonly tag: string };
}

/** From here on the ledger takes no write, tag, activation or rollback. What runs goes on running. */
export interface LedgerRetired {
  readonly type: 'LedgerRetired';
  readonly data: Readonly<Record<never, never>>;
}

/** The ledger takes commands again. */
export interface LedgerRestored {
  readonly type: 'LedgerRestored';
  readonly data: Readonly<Record<never, never>>;
}

export type LedgerEvent =
  | LedgerCreated
  | SchemaSet
  | SchemaRemoved
  | ConfigSet
  | ConfigDeleted
  | VersionActivated
  | VersionTagged
  | VersionUntagged
  | LedgerRetired
  | LedgerRestored;

/** An activation before it is signed: what a decision knows of it. */
export type UnsignedActivation = {
  readonly type: 'VersionActivated';
  readonly data: Pick<VersionActivated['data'], 'version' | 'previous' | 'digest' | 'pending' | 'rollbackTo'>;
  /** How it is to be signed. */
  readonly statement: UnsignedStatement;
};

/** The form of the statement that an activation's signature covers, with what only that form holds. */
export type UnsignedStatement = { readonly form: 1 } | UnsignedStatement2;

export type UnsignedStatement2 = Layered & { readonly form: 2; readonly previousActivation: number | null };

/** What a decision yields: events that have no envelope and no signature yet. */
export type DraftEvent = Exclude<LedgerEvent, VersionActivated> | UnsignedActivation;

const activation = { version: isCount, previous: isCountOrNull, digest: isText, pending: isCount, keyId: isText, signature: isText };
const layer = membersOf<Layer>({ ledger: isText, origin: isText, activation: isCount, version: isCount, digest: isText });
const layered = {
  previousActivation: isCountOrNull,
  own: isText,
  layers: isListOf(holdsMembers(layer)),
  restart: isListOf(isText),
  pinned: isFlag,
  definition: isCountOrNull,
};
const tag = { version: isCount, tag: isText };
const isDialect = (value: unknown): boolean => DIALECTS.some((dialect) => dialect === value);
const isSchema = (value: unknown): boolean => isFlag(value) || isJsonObject(value as JsonValue);

/** What an activation says of the document that runs, beside its digest. */
export type Layered = Pick<VersionActivated['data'], 'own' | 'layers' | 'restart' | 'pinned' | 'definition'>;
type ActivatedV1 = Omit<VersionActivated['data'], 'previousActivation' | keyof Layered>;

/** What an activation of form 1 means by the members that came with form 2: a ledger's own document alone. */
export function withoutLayers(digest: string): Layered {
  return { own: digest, layers: [], restart: [], pinned: false, definition: null };
}

/** What this release reads. */
export const LEDGER_EVENTS: EventDecoders<LedgerEvent> = {
  LedgerCreated: { 1: membersOf<LedgerCreated['data']>({ environment: isText, service: isText }) },
  SchemaSet: { 1: membersOf<SchemaSet['data']>({ mount: isText, dialect: isDialect, schema: isSchema }) },
  SchemaRemoved: { 1: membersOf<SchemaRemoved['data']>({ mount: isText }) },
  ConfigSet: { 1: membersOf<ConfigSet['data']>({ path: isText, value: isPresent }) },
  ConfigDeleted: { 1: membersOf<ConfigDeleted['data']>({ path: isText }) },
  VersionActivated: {
    1: (data) => {
      const read = membersOf<ActivatedV1>({ ...activation, rollbackTo: isCount }, { optional: ['rollbackTo'] })(data);
      return { ...read, ...withoutLayers(read.digest) };
    },
    2: membersOf<VersionActivated['data']>({ ...activation, rollbackTo: isCount, ...layered }, { optional: ['rollbackTo'] }),
  },
  VersionTagged: { 1: membersOf<VersionTagged['data']>(tag) },
  VersionUntagged: { 1: membersOf<VersionUntagged['data']>(tag) },
  LedgerRetired: { 1: membersOf<LedgerRetired['data']>({}) },
  LedgerRestored: { 1: membersOf<LedgerRestored['data']>({}) },
};
