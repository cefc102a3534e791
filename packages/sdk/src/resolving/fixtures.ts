// For the specs of this folder: a node on a feed in memory, and what it says.
import type { JsonObject } from '@confledger/document';
import { connectNode, type ConfLedgerError, type ConnectNodeOptions, type NoSchemas, type TradingNode } from '../index.js';
import { memoryFeed, type MemoryFeed } from '../testing.js';

export interface Rig extends AsyncDisposable {
  readonly feed: MemoryFeed;
  readonly node: TradingNode;
  readonly errors: ConfLedgerError[];
}

export type RigOptions = Partial<ConnectNodeOptions> & { readonly restart?: readonly string[] };

export async function rig(document: JsonObject, { restart = [], ...options }: RigOptions = {}): Promise<Rig> {
  const feed = memoryFeed(document, { restart });
  const errors: ConfLedgerError[] = [];
  const node = await connectNode<NoSchemas>({
    environment: 'production',
    service: 'engine',
    feed,
    publicKey: feed.publicKey,
    variables: {},
    onError: (error) => void errors.push(error),
    ...options,
  });
  return { feed, node, errors, [Symbol.asyncDispose]: () => node.close() };
}
