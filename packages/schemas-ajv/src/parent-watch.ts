// Run as a thread of the child: ends the child when its parent has gone. The main thread may judge for seconds and does not see meanwhile
// that the channel to the parent is closed.
import { workerData } from 'node:worker_threads';

/** Interval between two checks. */
const CHECK_INTERVAL_MS = 250;

const parentPid = Number(workerData);

function isParentAlive(): boolean {
  // An orphan gets another parent on POSIX. On Windows it keeps the number.
  if (process.ppid !== parentPid) return false;
  try {
    process.kill(parentPid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

setInterval(() => {
  if (!isParentAlive()) process.kill(process.pid, 'SIGKILL');
}, CHECK_INTERVAL_MS);
