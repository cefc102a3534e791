// The parts without the key on an altered log: a projector, and a relay whose publications nodes of the installation are given.
import {
  createLedgerReader,
  createLedgerReads,
  documentsOf,
  runProjector,
  runRelay,
  type ActiveDocument,
  type EventStore,
  type ProjectorLock,
} from '@confledger/application';
import { InMemoryReadModel } from '@confledger/application/testing';
import { activationMarker, type NodeFeed } from '@confledger/contracts';
import { connectNode, ConfLedgerError } from '@confledger/sdk';

/** How long a follower may take for a log. */
const FOLLOWED_MS_MAX = 10_000;
/** How long a node hears of nothing else before it gives up. */
const NODE_START_MS = 100;

const soleHolder: ProjectorLock = { acquire: async () => ({ lost: new AbortController().signal, release: async () => undefined }) };

/** Carries a projector over the whole log. Rejects where it fails or stops. */
export async function projected(store: EventStore): Promise<InMemoryReadModel> {
  const model = new InMemoryReadModel();
  const ending = new AbortController();
  const last = await store.lastPosition();
  const failed = new Promise<never>((_, reject) => {
    const projector = runProjector(
      {
        events: store,
        store: async () => model,
        lock: soleHolder,
        documentAt: documentsOf(createLedgerReader({ store })),
        onEvent: (event) => event.kind === 'failed' && reject(event.error),
      },
      ending.signal,
    );
    projector.catch(reject);
  });
  try {
    const arrived = await Promise.race([model.waitFor(last, FOLLOWED_MS_MAX), failed]);
    if (!arrived) throw new Error(`the projector did not reach ${last}`);
    return model;
  } finally {
    ending.abort();
  }
}

/** What a relay publishes of the whole log. Rejects where it fails or stops. */
export async function published(store: EventStore): Promise<readonly ActiveDocument[]> {
  const activations: ActiveDocument[] = [];
  const ending = new AbortController();
  const last = await store.lastPosition();
  try {
    await new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`the relay did not reach ${last}`)), FOLLOWED_MS_MAX);
      ending.signal.addEventListener('abort', () => clearTimeout(timeout));
      const publisher = {
        takeOver: async () => 0n,
        publish: async (found: readonly ActiveDocument[]) => void activations.push(...found),
        beat: async () => undefined,
        close: async () => undefined,
      };
      const ledgers = createLedgerReads({ store, clock: { now: () => Date.now() } });
      const onEvent: Parameters<typeof runRelay>[0]['onEvent'] = (event) => {
        if (event.kind === 'failed') reject(event.error);
        if (event.kind === 'published' && event.position >= last) resolve();
      };
      runRelay({ events: store, ledgers, publisher, onEvent }, ending.signal).catch(reject);
    });
  } finally {
    ending.abort();
  }
  return activations;
}

/** What a node runs that is given an activation; null where it refuses. */
export async function runBy(
  active: ActiveDocument,
  publicKey: string,
): Promise<{ activation: number; digest: string; content: string } | null> {
  const [environment = '', service = ''] = active.ledger.split('.');
  try {
    const node = await connectNode({
      environment,
      service,
      feed: feedOf(active),
      publicKey,
      startTimeoutMs: NODE_START_MS,
      onError: () => undefined,
    });
    const { activation, digest } = node.snapshot;
    const content = JSON.stringify(node.snapshot.toJson());
    await node.close();
    return { activation, digest, content };
  } catch (error) {
    if (error instanceof ConfLedgerError && error.code === 'ACTIVATION_REFUSED') return null;
    throw error;
  }
}

/** Tells one activation whole, once. */
function feedOf(active: ActiveDocument): NodeFeed {
  return {
    reportTarget: null,
    open(_, sink) {
      queueMicrotask(() => {
        sink.reset('tampering');
        for (const { path, value } of active.document.leaves()) sink.leaf({ path, value, version: active.version });
        sink.active(activationMarker(active, active.document.leafCount));
        sink.synchronized();
      });
      return { restart: () => undefined, close: async () => undefined };
    },
  };
}
