// Prints a failure on standard error: words for people, or one JSON object where the output is JSON.
import type { Io } from '../io.js';
import { paintFor } from '../output/paint.js';
import { oneLine } from '../output/text.js';
import type { FailureReport } from './failure.js';

/** Writes it. Text that came from elsewhere is made harmless for a terminal. */
export function printFailure(io: Io, report: FailureReport, isJson: boolean): void {
  if (isJson) {
    const { code, error, details, requestId, exit } = report;
    io.err.write(`${JSON.stringify({ code, error, details, requestId, exit })}\n`);
    return;
  }
  const paint = paintFor(io, io.err);
  const lines = [`${paint('red', 'error:')} ${oneLine(report.error)}`];
  for (const { path, message, remedy, rule } of report.details) {
    const place = path === null || path === '' ? null : oneLine(path);
    if (message !== report.error) lines.push(`  ${place === null ? '' : `${place}: `}${oneLine(message)} (${rule})`);
    else if (place !== null) lines.push(`  at ${place} (${rule})`);
    if (report.remedy === null && remedy !== '') lines.push(`  ${paint('dim', '→')} ${oneLine(remedy)}`);
  }
  if (report.remedy !== null) lines.push(`  ${paint('dim', '→')} ${oneLine(report.remedy)}`);
  if (report.requestId !== null) lines.push(paint('dim', `  ${report.code}, request ${oneLine(report.requestId)}`));
  io.err.write(`${lines.join('\n')}\n`);
}
