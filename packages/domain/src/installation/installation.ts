// The installation as an aggregate: who it is, the keys that its activations and change sets are proved with, and what was sealed.
import type { Aggregate, Decision } from '../stream/aggregate.js';
import type { Recorded } from '../stream/events.js';
import { refuse } from '../stream/refusals.js';
import { EventMisfit } from '../stream/stream-state.js';
import {
  INSTALLATION_EVENTS,
  SEALED_BYTES_MAX,
  SEALED_STREAMS_MAX,
  type InstallationCreated,
  type InstallationEvent,
  type MacKeySet,
  type SealedEnd,
} from './events.js';

export const INSTALLATION_STREAM = 'installation';

/** What every process knows of the installation. */
export interface Installation {
  readonly installation: string;
  readonly keyId: string;
  readonly publicKey: string;
  /** Null in an installation of before macs, until an api names its key. */
  readonly macKey: MacKeySet['data'] | null;
  /** Null while nothing was sealed. */
  readonly seal: Seal | null;
  /** Whether the newest change set has a mac, which covers all before it. Behind `MacKeySet` every one must. */
  readonly hasMac: boolean;
}

/** What was sealed, all calls together. */
export interface Seal {
  /** The newest `StreamsSealed`, which a log must not lose. */
  readonly revision: number;
  readonly hash: string;
  /** By stream. A stream that is not there was not there when the installation was sealed. */
  readonly ends: ReadonlyMap<string, { readonly revision: number; readonly hash: string }>;
}

export type InstallationCommand =
  /** Makes the installation where there is none. */
  | { readonly type: 'CreateInstallation'; readonly created: InstallationCreated['data']; readonly macKey: MacKeySet['data'] }
  /** Names the mac key of an installation that has none. */
  | { readonly type: 'SetMacKey'; readonly macKey: MacKeySet['data'] }
  /** Seals what there is, once (`again` false); or, of an installation that is sealed, single streams anew (`again` true). */
  | { readonly type: 'SealStreams'; readonly ends: readonly SealedEnd[]; readonly again: boolean }
  /** Another mac key, because the old one is lost or known to others. What was written with the old one is sealed as it stands. */
  | { readonly type: 'ReplaceMacKey'; readonly macKey: MacKeySet['data']; readonly ends: readonly SealedEnd[] };

export interface InstallationTypes {
  /** There is one stream of this kind. */
  readonly id: null;
  readonly state: Installation;
  readonly event: InstallationEvent;
  readonly draft: InstallationEvent;
  readonly command: InstallationCommand;
  readonly guards: null;
  readonly facts: Readonly<Record<never, never>>;
  readonly notes: undefined;
  readonly refusal: 'INSTALLATION_EXISTS' | 'INSTALLATION_UNKNOWN' | 'INSTALLATION_SEALED' | 'INSTALLATION_NOT_SEALED' | 'MAC_KEY_SET';
}

export const installationAggregate: Aggregate<InstallationTypes> = {
  streamOf: () => INSTALLATION_STREAM,
  idOf: () => null,
  events: INSTALLATION_EVENTS,
  schemaVersionOf: () => 1,
  apply: (state, events) => {
    // Anybody who can write to the event store can leave a mac out.
    if (state !== null && state.macKey !== null && events.at(-1)?.metadata.mac === undefined)
      throw new EventMisfit('its change set has no mac, and no api records one without since the mac key was named');
    const next = events.reduce<Installation | null>(withEvent, state);
    if (next === null) throw new EventMisfit('a change set has at least one event');
    return next;
  },
  decide: ({ state }, command) => decideInstallation(state, command),
  snapshots: null,
  sizeOf: ({ seal }) => seal?.ends.size ?? 1,
};

function withEvent(state: Installation | null, { type, data, revision, metadata }: Recorded<InstallationEvent>): Installation {
  if (type === 'InstallationCreated') {
    if (state !== null) throw new EventMisfit('an installation is created once');
    return { ...data, macKey: null, seal: null, hasMac: false };
  }
  if (state === null) throw new EventMisfit('the installation is not created yet');
  const hasMac = metadata.mac !== undefined;
  if (type === 'MacKeySet') return { ...state, macKey: data, hasMac };
  const ends = new Map(state.seal?.ends);
  for (const [stream, sealedTo, hash] of data.streams) ends.set(stream, { revision: sealedTo, hash });
  return { ...state, seal: { revision, hash: metadata.hash, ends }, hasMac };
}

type InstallationDecision = Decision<InstallationTypes>;

function decideInstallation(state: Installation | null, command: InstallationCommand): InstallationDecision {
  if (command.type === 'CreateInstallation') {
    if (state !== null) return refused('INSTALLATION_EXISTS', 'the installation exists already', 'start with the keys that it names');
    return accepted([
      { type: 'InstallationCreated', data: command.created },
      { type: 'MacKeySet', data: command.macKey },
      // Nothing is older than its macs.
      { type: 'StreamsSealed', data: { streams: [] } },
    ]);
  }
  if (state === null) return refused('INSTALLATION_UNKNOWN', 'there is no installation yet', 'start an api, which makes it');
  if (command.type === 'SealStreams') return decideSeal(state, command);
  if (state.macKey?.macKey === command.macKey.macKey) return { kind: 'nothing', meant: null };
  if (command.type === 'ReplaceMacKey') return accepted([{ type: 'MacKeySet', data: command.macKey }, ...sealEvents(command.ends)]);
  if (state.macKey !== null)
    return refused(
      'MAC_KEY_SET',
      `the installation has the mac key ${state.macKey.macKey}`,
      'start with the key files that it was made with',
    );
  return accepted([{ type: 'MacKeySet', data: command.macKey }]);
}

function decideSeal({ seal }: Installation, { ends, again }: Extract<InstallationCommand, { type: 'SealStreams' }>): InstallationDecision {
  if (again && seal === null)
    return refused('INSTALLATION_NOT_SEALED', 'the installation is not sealed yet', 'seal all of it first, without names of streams');
  if (!again && seal !== null)
    return refused('INSTALLATION_SEALED', 'the installation is sealed already', 'name the streams that are to be sealed anew');
  return accepted(sealEvents(ends));
}

/** One event at least: an installation without streams can be sealed too. */
function sealEvents(ends: readonly SealedEnd[]): InstallationEvent[] {
  const parts: SealedEnd[][] = [[]];
  let bytes = 0;
  for (const end of ends) {
    const size = Buffer.byteLength(JSON.stringify(end)) + 1;
    if ((parts.at(-1)?.length ?? 0) >= SEALED_STREAMS_MAX || bytes + size > SEALED_BYTES_MAX) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(end);
    bytes += size;
  }
  return parts.map((streams) => ({ type: 'StreamsSealed', data: { streams } }));
}

const accepted = (events: readonly InstallationEvent[]): InstallationDecision => ({ kind: 'accepted', events, meant: null });

function refused(code: InstallationTypes['refusal'], message: string, remedy: string): InstallationDecision {
  return { kind: 'refused', refusal: refuse(code, null, message, remedy) };
}
