// verify: the api checks the whole log; only an answer that ends with a result is a verification.
import type { VerificationLine, VerificationResultLine } from '@confledger/contracts/http';
import { EXIT, type ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { bar, progressOn } from '../../output/progress.js';
import { counted, oneLine } from '../../output/text.js';
import type { Session } from '../../session.js';

export async function run(session: Session, _: Given): Promise<ExitCode> {
  const { lines } = await (await session.client).verify();
  const progress = progressOn(session);
  let result: VerificationResultLine | null = null;
  try {
    for await (const line of lines) {
      if (line.kind === 'progress')
        progress.show(`${bar(shareOf(line.position, line.of))}  ${line.step}  ${counted(line.eventCount, 'event')}`);
      else progress.end();
      if (session.form === 'ndjson') session.print(`${JSON.stringify(line)}\n`);
      else if (line.kind === 'finding' && session.form === 'table') session.print(`${findingText(session, line)}\n`);
      if (line.kind === 'result') result = line;
    }
  } finally {
    progress.end();
  }
  if (result === null) return EXIT.refused;
  if (session.form === 'json') session.print(`${JSON.stringify(result, null, 2)}\n`);
  if (session.form === 'table') session.print(resultText(session, result));
  return result.holds ? EXIT.done : EXIT.integrity;
}

/** Positions are `<installation>:<n>`. */
function shareOf(position: string, of: string): number {
  const [at, end] = [position, of].map((text) => Number(text.slice(text.lastIndexOf(':') + 1)));
  return end === undefined || !(end > 0) ? 0 : (at ?? 0) / end;
}

function findingText(session: Session, { stream, revision, error }: Extract<VerificationLine, { kind: 'finding' }>): string {
  return `${session.paint('red', '✗')} ${oneLine(stream)}, event ${revision}: ${oneLine(error)}`;
}

function resultText(session: Session, result: VerificationResultLine): string {
  const { holds, eventCount, streamCount, activationCount, findingCount, macsChecked, changeSets, publicKey } = result;
  const verdict = holds
    ? session.paint('green', '✓ the log holds')
    : session.paint('red', `✗ ${counted(findingCount, 'stream')} do not hold`);
  const lines = [
    `${verdict}: ${counted(eventCount, 'event')} of ${counted(streamCount, 'stream')}, ${counted(activationCount, 'activation')}`,
    macsChecked
      ? `  macs checked: ${counted(changeSets.withMac, 'change set')} with, ${changeSets.withoutMac} without`
      : '  macs were not checked: the key was not at hand',
    `  signatures checked with the public key ${publicKey ?? 'none'}`,
  ];
  return `${lines.join('\n')}\n`;
}
