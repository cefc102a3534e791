// The projector for the process that starts it as its child: the program, and what the two say to each other.
import { fileURLToPath } from 'node:url';

export { stateOf } from './messages.js';
export type { ChildState, StateMessage, WakeMessage } from './messages.js';

/** The file to run: what was built, also where this is read as source. */
export const PROJECTOR_CHILD = fileURLToPath(new URL('../dist/child.js', import.meta.url));
