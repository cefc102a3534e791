// What an event says of how the projector is, for its status and for its parent. Loads nothing.
import type { ProjectorEvent } from '@confledger/application';
import type { ChildState } from './messages.js';

/** The state that an event of the projector leads to; null where it stays as it is. */
export function stateAfter({ kind }: ProjectorEvent): ChildState | null {
  switch (kind) {
    case 'active':
    case 'committed':
      return 'active';
    case 'standby':
      return 'standby';
    case 'failed':
      return 'failing';
    case 'parked':
    case 'streamParked':
    case 'streamResumed':
    case 'superseded':
      return null;
  }
}
