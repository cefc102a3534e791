// When an answer is at its end: taken, or its client gone.
import type { ServerResponse } from 'node:http';

/** Calls back once the answer was taken or its client is gone, at once where that is so already: the event does not come again. */
export function onceGone(response: ServerResponse, then: () => void): void {
  if (response.destroyed || response.closed) then();
  else response.once('close', then);
}
