// Colours, on a terminal only.
import type { Io, Output } from '../io.js';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

const CODES: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 };

export type Paint = (colour: Colour, text: string) => string;

/** Whether an output takes escape sequences: a terminal, without NO_COLOR, that is not dumb. */
export function takesEscapes({ env }: Pick<Io, 'env'>, output: Output): boolean {
  const noColour = env['NO_COLOR'];
  return output.isTTY && (noColour === undefined || noColour === '') && env['TERM'] !== 'dumb';
}

/** Colours text for an output; leaves it as it is where the output takes none. */
export function paintFor(io: Pick<Io, 'env'>, output: Output): Paint {
  if (!takesEscapes(io, output)) return (_, text) => text;
  return (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}
