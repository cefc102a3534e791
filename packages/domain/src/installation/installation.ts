// The installation as an aggregate: who this installation is, and the key that its activations are signed with. One stream.
import type { Aggregate, Decision } from '../stream/aggregate.js';
import { isText, membersOf, type EventDecoders } from '../stream/decoders.js';
import type { Recorded } from '../stream/events.js';
import { refuse } from '../stream/refusals.js';
import { EventMisfit } from '../stream/stream-state.js';

export const INSTALLATION_STREAM = 'installation';

/** The first event: made once, by the first start. */
export interface InstallationCreated {
  readonly type: 'InstallationCreated';
  readonly data: {
    readonly installation: string;
    /** Of the signing key: first 16 hex digits of SHA-256 of the raw public key. */
    readonly keyId: string;
    /** Raw Ed25519 public key, base64url. */
    readonly publicKey: string;
  };
}

export type InstallationEvent = InstallationCreated;

/** What every process knows of the installation. */
export type Installation = InstallationCreated['data'];

/** Makes the installation where there is none. */
export interface CreateInstallation {
  readonly type: 'CreateInstallation';
  readonly installation: Installation;
}

export interface InstallationTypes {
  /** There is one stream of this kind. */
  readonly id: null;
  readonly state: Installation;
  readonly event: InstallationEvent;
  readonly draft: InstallationEvent;
  readonly command: CreateInstallation;
  readonly guards: null;
  readonly facts: Readonly<Record<never, never>>;
  readonly refusal: 'INSTALLATION_EXISTS';
}

const INSTALLATION_EVENTS: EventDecoders<InstallationEvent> = {
  InstallationCreated: { 1: membersOf<InstallationCreated['data']>({ installation: isText, keyId: isText, publicKey: isText }) },
};

export const installationAggregate: Aggregate<InstallationTypes> = {
  streamOf: () => INSTALLATION_STREAM,
  idOf: () => null,
  events: INSTALLATION_EVENTS,
  apply,
  decide: ({ state }, { installation }): Decision<InstallationTypes> => {
    if (state === null) return { kind: 'accepted', events: [{ type: 'InstallationCreated', data: installation }], meant: null };
    return {
      kind: 'refused',
      refusal: refuse('INSTALLATION_EXISTS', null, 'the installation exists already', 'start with the key that it names'),
    };
  },
  snapshots: null,
  sizeOf: () => 1,
};

function apply(state: Installation | null, events: readonly Recorded<InstallationEvent>[]): Installation {
  const [event] = events;
  if (event === undefined || events.length > 1 || state !== null) throw new EventMisfit('an installation is created once');
  return event.data;
}
