// A logger whose warnings and errors are shown to a person too.
interface LogLogger {
  info(details: object, message: string): void;
  warn(details: { readonly [name: string]: unknown }, message: string): void;
  error(details: object, message: string): void;
}

/** The same logger, whose warnings and errors are shown to a person too. */
export function noticed(logger: LogLogger, onNotice: (text: string) => void): LogLogger {
  return {
    info: (details, message) => logger.info(details, message),
    warn: (details, message) => {
      logger.warn(details, message);
      onNotice(sentence(message));
    },
    error: (details, message) => {
      logger.error(details, message);
      onNotice(sentence(message));
    },
  };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
