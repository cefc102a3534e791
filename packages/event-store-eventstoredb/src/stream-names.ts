// Which streams of a server are ours, and how they are called there. Several installations, and strangers, may share one server.
import { beginningOf, kindOfStream, STREAM_KINDS } from '@confledger/application';

/** The namespace whose streams carry no prefix. */
export const NAMESPACE_DEFAULT = 'confledger';

/** As in Kafka's topics and in stream names: no dot, because a dot ends the namespace. */
const NAMESPACE = /^[a-z0-9][a-z0-9-]{0,62}$/;

export interface StreamNames {
  /** What a name of ours begins with on the server: the filter of `$all`. */
  readonly prefixes: readonly string[];
  /** The name on the server. Throws a TypeError for a stream that could be appended to and never be seen. */
  toServer(stream: string): string;
  /** Our name of a stream of the server; undefined when it is not ours, although it begins like one. */
  toOurs(name: string): string | undefined;
}

/** In the default namespace our streams go by their own names; in any other all of them, and nothing else, begin with `<namespace>.`. */
export function streamNames(namespace: string = NAMESPACE_DEFAULT): StreamNames {
  if (!NAMESPACE.test(namespace)) throw new TypeError(`Namespace '${namespace}' does not match ${NAMESPACE.source}.`);
  if (namespace === NAMESPACE_DEFAULT) {
    // All streams that there will be, not only those that this release writes: a position once passed is not read again.
    const prefixes = STREAM_KINDS.map(beginningOf);
    return {
      prefixes,
      toServer: (stream) => {
        if (isOurs(stream)) return stream;
        throw new TypeError(`Stream '${stream}' is outside the default namespace, which reads ${prefixes.join(', ')}.`);
      },
      toOurs: (name) => (isOurs(name) ? name : undefined),
    };
  }
  const prefix = `${namespace}.`;
  return {
    prefixes: [prefix],
    toServer: (stream) => prefix + stream,
    toOurs: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined),
  };
}

function isOurs(name: string): boolean {
  return kindOfStream(name) !== null;
}
