// What a parent and the projector that it has started say to each other, over the channel between them.

/** Parent to projector: the log reaches to this position. */
export interface WakeMessage {
  /** Decimal digits. */
  readonly position: string;
}

/** How far a projector is that another process has started. */
export type ChildState = 'starting' | 'standby' | 'active' | 'failing';

/** Projector to parent, whenever the state changes. What is wrong is in the log. */
export interface StateMessage {
  readonly state: ChildState;
}

/** The position of a wake-up; null for anything else. */
export function positionOf(message: unknown): bigint | null {
  if (typeof message !== 'object' || message === null || !('position' in message)) return null;
  const { position } = message;
  return typeof position === 'string' && /^\d{1,20}$/.test(position) ? BigInt(position) : null;
}

/** The state that a message reports; null for anything else. */
export function stateOf(message: unknown): ChildState | null {
  if (typeof message !== 'object' || message === null || !('state' in message)) return null;
  return STATES.find((state) => state === message.state) ?? null;
}

const STATES: readonly ChildState[] = ['starting', 'standby', 'active', 'failing'];
