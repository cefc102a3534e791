// One line that shows how far something is, on a terminal only.
import type { Session } from '../session.js';
import { takesEscapes } from './paint.js';
import { cut, oneLine } from './text.js';

export interface Progress {
  show(text: string): void;
  /** Takes the line away. Idempotent. */
  end(): void;
}

const CLEAR = '\r\u001b[2K';

/** Writes to standard error; nothing where that is no terminal. */
export function progressOn({ io }: Pick<Session, 'io'>): Progress {
  if (!takesEscapes(io, io.err)) return { show: () => undefined, end: () => undefined };
  let isShown = false;
  return {
    show: (text) => {
      isShown = true;
      io.err.write(`${CLEAR}${cut(oneLine(text), io.err.columns - 1)}`);
    },
    end: () => {
      if (isShown) io.err.write(CLEAR);
      isShown = false;
    },
  };
}

/** `██████░░░░  60 %` */
export function bar(share: number, width = 20): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}
