// Saved results and the page that shows them: one JSON with the newest saved run of each benchmark, and its tables in Markdown.
import { shown, type Line, type Result } from './report.js';

/** By the name of the benchmark. */
export interface SavedResults {
  readonly benchmarks: Readonly<Record<string, Result>>;
}

const BEGIN = '<!-- results: written by `npm run bench -- --save` -->';
const END = '<!-- end of the results -->';

/** What is saved, with newer runs in place of older ones of the same benchmark; sorted by name. */
export function merged(saved: SavedResults, newer: Readonly<Record<string, Result>>): SavedResults {
  const benchmarks = Object.entries({ ...saved.benchmarks, ...newer });
  return { benchmarks: Object.fromEntries(benchmarks.sort(([one], [other]) => (one < other ? -1 : 1))) };
}

/** The page with the tables of these results between its markers; throws where it has none. */
export function pageWith(page: string, saved: SavedResults): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The page has no line '${BEGIN}' before a line '${END}'.`);
  const sections = Object.entries(saved.benchmarks).map(([name, result]) => sectionOf(name, result));
  if (sections.length === 0) sections.push('None are saved yet.');
  return [page.slice(0, begin + BEGIN.length), ...sections, page.slice(end)].join('\n\n');
}

function sectionOf(name: string, { at, commit, machine, loadAverage, othersShare, results, notes }: Result): string {
  const load = `load average ${loadAverage.map((each) => each.toFixed(1)).join(' to ')}`;
  const others = othersShare === null ? '' : `; other programs took ${(othersShare * 100).toFixed(0)} % of the processors`;
  const where = `${machine.cores} × ${machine.model} (${machine.platform})`;
  const run = `Commit \`${commit}\`, ${at.slice(0, 10)}, Node ${machine.node}, ${where}, ${load}${others}.`;
  const notRun = notes.map((note) => `Not run: ${note}.`);
  return [`### ${name}`, run, ...notRun, ...tablesOf(results)].join('\n\n');
}

/** Rows with the same columns that follow each other are one table, and so are the lines between them. */
function tablesOf(lines: readonly Line[]): string[] {
  const tables: { readonly head: string; readonly rows: string[] }[] = [];
  for (const { columns, cells } of rowsOf(lines)) {
    const head = `| | ${columns.join(' | ')} |\n|---|${columns.map(() => '---:|').join('')}`;
    const row = `| ${cells.join(' | ')} |`;
    const last = tables.at(-1);
    if (last?.head === head) last.rows.push(row);
    else tables.push({ head, rows: [row] });
  }
  return tables.map(({ head, rows }) => [head, ...rows].join('\n'));
}

interface Row {
  readonly name: string;
  readonly columns: string[];
  readonly cells: string[];
}

function rowsOf(lines: readonly Line[]): Row[] {
  const rows: Row[] = [];
  for (const line of lines) {
    const value = `${shown(line.value)} ${line.unit}`.trim();
    if (line.cell === undefined) {
      rows.push({ name: '', columns: ['value', 'aim'], cells: [line.name, value, aimOf(line)] });
      continue;
    }
    const { row, column } = line.cell;
    let last = rows.at(-1);
    if (last?.name !== row) rows.push((last = { name: row, columns: [], cells: [row] }));
    last.columns.push(column);
    last.cells.push(value);
  }
  return rows;
}

function aimOf({ aim, floor }: Line): string {
  if (aim === undefined) return '';
  if (aim.met) return `${aim.text}, met`;
  return floor === undefined
    ? `${aim.text}, **missed**`
    : `${aim.text}, **missed**; floor ${floor.text}, ${floor.met ? 'held' : '**broken**'}`;
}
