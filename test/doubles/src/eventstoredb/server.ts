// A gRPC server that speaks the EventStoreDB protocol, built on the service definitions that the client's package ships.
// It proves how our adapter handles answers, losses and faults, and nothing about a real node: the adapter's suite runs against both.
import { randomUUID } from 'node:crypto';
import type { GossipMember } from './gossip-plays.js';
import type { EventLog } from './log.js';
import { newLog, newNode, viewOf, type Node, type NodeLimits, type NodeView } from './node.js';
import { serve, type Served } from './serve.js';

export interface EventStoreDbDouble extends NodeView {
  /** `esdb://127.0.0.1:<port>?tls=false` */
  readonly connectionString: string;
  readonly host: string;
  readonly port: number;
  /** Kills every connection and refuses new ones. The log stays. */
  shutdown(): void;
  /** Serves again, on the same port. */
  restart(): Promise<void>;
  /** Restarts with another log: another database behind the same address. */
  replaceLog(log: EventLog): Promise<void>;
  /** Restarts with a new log of system events only, as a node does that keeps its data in memory. */
  emptyLog(): Promise<void>;
  /** Restarts with an older state of the log, as a restored backup. Place: see `EventLog.setBackTo`. */
  setBackTo(place: number | bigint): Promise<void>;
  close(): Promise<void>;
}

export type EventStoreDbDoubleOptions = NodeLimits;

/** Listens on 127.0.0.1, on a free port. Its log begins with system events, as that of a real node does. */
export async function eventStoreDbDouble(options: EventStoreDbDoubleOptions = {}): Promise<EventStoreDbDouble> {
  const instanceId = randomUUID();
  const node: Node = newNode(options, newLog(), {
    append: ({ stream, expected, events }, answer) => answer(node.log.append(stream, expected, events)),
    standing: () => node.faults.leader ?? 'leader',
    members: () => membersOf(node, { instanceId, host: '127.0.0.1', port: served.port }),
  });
  let served: Served = await serve(node, 0);
  const restart = async (): Promise<void> => {
    node.log.forgetRecentIds();
    served = await serve(node, served.port);
  };
  const restartWith = async (log: EventLog): Promise<void> => {
    served.stop();
    node.log = log;
    await restart();
  };
  return Object.assign(viewOf(node), {
    connectionString: `esdb://127.0.0.1:${served.port}?tls=false`,
    host: '127.0.0.1',
    port: served.port,
    shutdown: () => served.stop(),
    restart,
    replaceLog: restartWith,
    emptyLog: () => restartWith(newLog()),
    setBackTo: async (place: number | bigint) => {
      served.stop();
      node.log.setBackTo(place);
      await restart();
    },
    close: async () => served.stop(),
  });
}

/** Instance id of the member that `faults.leader` names. */
const LEADER_INSTANCE_ID = randomUUID();

/** A node knows itself and, while it follows, its leader. */
function membersOf(
  { faults: { leader } }: Node,
  self: { readonly instanceId: string; readonly host: string; readonly port: number },
): GossipMember[] {
  const { instanceId, host, port } = self;
  const own = { instanceId, isAlive: true, endpoint: { host, port } };
  if (leader === undefined) return [{ ...own, state: 'LEADER' }];
  return [
    { ...own, state: 'FOLLOWER' },
    { instanceId: LEADER_INSTANCE_ID, state: 'LEADER', isAlive: true, endpoint: leader },
  ];
}
