// The log: JSON lines, with everything that could be a credential taken out.
import { pino, type DestinationStream, type Logger } from 'pino';

/** Names under which a credential could get into a log line, at the top and one level down. */
const SECRET_NAMES = [
  'authorization',
  'x-service-token',
  'cookie',
  'token',
  'password',
  'secret',
  'connectionString',
  'databaseUrl',
  'privateKey',
];

/** Makes the logger; without a destination it writes to standard output. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const paths = SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.headers["${name}"]`]);
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: '[redacted]' } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
