// Audit items as people read them: a heading for each change set, below it what it did.
import type { AuditItem } from '@confledger/contracts/http';
import { oneLine } from '../../output/text.js';
import { changeLines, instant } from '../../output/values.js';
import type { Session } from '../../session.js';

export interface HeadingOptions {
  readonly withLedger: boolean;
  /** Left out of headings: everything is about it. */
  readonly ledger?: string;
}

/** Items of one change set stand together, newest first as they came. */
export function changeSetsText(session: Session, items: readonly AuditItem[], options: HeadingOptions): string {
  const sets: AuditItem[][] = [];
  for (const item of items) {
    const last = sets.at(-1);
    if (last?.[0]?.changeSet === item.changeSet) last.push(item);
    else sets.push([item]);
  }
  return sets
    .map((set) => `${[headingOf(session, set, options), ...set.toReversed().flatMap((item) => linesOf(session, item))].join('\n')}\n`)
    .join('\n');
}

function headingOf(session: Session, [item]: readonly AuditItem[], { withLedger, ledger }: HeadingOptions): string {
  if (item === undefined) return '';
  const { environment, service, version, actor, occurredAt, reason, source, stream } = item;
  const own = environment === null || service === null ? stream : `${environment}.${service}`;
  const where = withLedger || own !== ledger ? `${own}  ` : '';
  const what = version === null ? '' : `version ${version}  `;
  const made = source === null ? '' : `  (${source.kind})`;
  const why = reason === null ? '' : `  ${oneLine(reason)}`;
  return `${session.paint('cyan', `${where}${what}`)}${instant(occurredAt)}  ${session.paint('bold', oneLine(actor))}${made}${why}`.trimEnd();
}

function linesOf(session: Session, item: AuditItem): string[] {
  const { type, path, version, revision, abandoned, attributes } = item;
  const note = abandoned ? session.paint('dim', ' (never took effect)') : '';
  if (path !== null && (type === 'ConfigSet' || type === 'ConfigDeleted'))
    return changeLines([{ ...item, path }], session.paint, { isCut: session.io.out.isTTY }).map((line) => `  ${line}${note}`);
  if (type === 'VersionActivated')
    return [`  ${session.paint('green', `activated version ${version ?? '?'}`)} as activation ${revision}${note}`];
  const said = Object.entries(attributes).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [`${oneLine(name)} ${oneLine(String(value))}`] : [],
  );
  return [`  ${[type, ...(path === null ? [] : [oneLine(path)]), ...said].join(' ')}${note}`];
}
