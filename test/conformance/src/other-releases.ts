// What projectors of other releases know, played: one that knows less parks what one that knows more can fold.
import { decodeEvent, EventUnreadable, useOfStream, type DecodeEvent, type ProjectorOptions, type StreamUses } from '@confledger/application';

/** What a release knows of events and streams. */
export type Release = Required<Pick<ProjectorOptions, 'decode' | 'useOf'>>;

/** This release. */
export const thisRelease: Release = { decode: decodeEvent, useOf: useOfStream };

/** A release that knows these types, or these streams, not yet. */
export function olderRelease(unknown: { readonly types?: readonly string[]; readonly streams?: readonly string[] }): Release {
  const { types = [], streams = [] } = unknown;
  const decode: DecodeEvent = (stored) => {
    const { type, stream, revision } = stored;
    if (types.includes(type)) throw new EventUnreadable(`event ${revision} of ${stream} has the unknown type '${type}' (schemaVersion 1)`);
    return decodeEvent(stored);
  };
  const useOf: StreamUses = (stream) => (streams.includes(stream) ? { kind: 'unknown', reason: 'this release does not know its stream' } : useOfStream(stream));
  return { decode, useOf };
}
