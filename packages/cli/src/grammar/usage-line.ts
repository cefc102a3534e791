// The line that shows how a command is typed.
import { nameOf, type Command, type Positional } from './command.js';

/** `confledger set <path> [<value>] [flags]` */
export function usageLine(command: Command): string {
  return ['confledger', nameOf(command), ...command.positionals.map(shown), '[flags]'].join(' ');
}

function shown({ name, required, many }: Positional): string {
  const word = `<${name}>${many === true ? '…' : ''}`;
  return required ? word : `[${word}]`;
}
