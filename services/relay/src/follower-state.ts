// What a follower of the log is doing, by what it told last. Used by relay and changes.

export type FollowerState = 'starting' | 'standby' | 'active' | 'failing' | 'stopped';

/** `published` and `active` are the doings of the elected one; who was superseded stands by. */
export function stateAfter(kind: 'active' | 'published' | 'standby' | 'superseded' | 'failed'): FollowerState {
  switch (kind) {
    case 'active':
    case 'published':
      return 'active';
    case 'standby':
    case 'superseded':
      return 'standby';
    case 'failed':
      return 'failing';
  }
}
