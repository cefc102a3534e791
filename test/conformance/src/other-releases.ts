// What projectors of other releases know, played: one that knows less parks what one that knows more can fold.
import { useOfStream, type ProjectorOptions, type StreamUse } from '@confledger/application';
import { EventUnreadable } from '@confledger/domain';

/** What a release knows of events and streams. */
export type Release = Required<Pick<ProjectorOptions, 'useOf'>>;

/** This release. */
export const thisRelease: Release = { useOf: useOfStream };

/** A release that knows these types, or these streams, not yet. */
export function olderRelease(unknown: { readonly types?: readonly string[]; readonly streams?: readonly string[] }): Release {
  const { types = [], streams = [] } = unknown;
  return {
    useOf: (name): StreamUse => {
      if (streams.includes(name)) return { kind: 'unknown', reason: 'this release does not know its stream' };
      const use = useOfStream(name);
      if (use.kind === 'unknown') return use;
      const { projection } = use;
      return {
        kind: 'project',
        projection: {
          ...projection,
          decode(stored) {
            const { type, stream, revision } = stored;
            if (!types.includes(type)) return projection.decode(stored);
            throw new EventUnreadable(`event ${revision} of ${stream} has the unknown type '${type}' (schemaVersion 1)`);
          },
        },
      };
    },
  };
}
