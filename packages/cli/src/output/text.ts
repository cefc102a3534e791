// Text for people: wrapped, cut, and without characters that would act on a terminal.

/** Width where a terminal does not say its own, in characters. */
export const COLUMNS_DEFAULT = 80;
const COLUMNS_MIN = 20;

/** The text in lines of at most `columns` characters, broken at spaces. */
export function wrapped(text: string, columns: number): string {
  const width = Math.max(columns, COLUMNS_MIN);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

/** In one line: control characters, line breaks and marks that turn the direction of writing become spaces, so that no text of others acts on a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
}

/** At most so many characters; what is cut ends in `…`. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

/** `1 change`, `2 changes`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
