// The log line of a stream that cannot be served: an alarm, once for each.
import type { BrokenStream } from '@confledger/application';

interface AlarmLogger {
  error(details: object, message: string): void;
}

const MESSAGES: { readonly [K in BrokenStream['kind']]: (stream: string) => string } = {
  broken: (stream) => `ALARM: what is stored of ${stream} is not what was recorded: nothing of it is served`,
  unreadable: (stream) => `${stream} holds an event that this release does not know: nothing of it is served here`,
};

/** Says which stream, and which event of it is the first that does not hold. */
export function alarmOf(logger: AlarmLogger): (broken: BrokenStream) => void {
  return ({ stream, kind, reason }) => {
    const code = kind === 'broken' ? 'STREAM_BROKEN' : 'STREAM_UNREADABLE';
    logger.error({ stream, code, reason }, MESSAGES[kind](stream));
  };
}
