// What a verification says to a person, or to a script that reads lines of JSON.
import type { VerificationEvent } from '@confledger/application';
import { verificationLine } from './answers/verification.js';

/** Where a report goes: results to one, progress to the other. */
export interface ReportOutput {
  readonly print: (line: string) => void;
  readonly note: (line: string) => void;
}

const counted = (count: number, what: string): string => `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;

/** In sentences: findings and the result are printed, progress is noted. */
export function reportInWords({ print, note }: ReportOutput): (event: VerificationEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'progress': {
        const { step, position, of, events, ledgers, findings } = event;
        const done = step === 'events' ? `position ${position} of ${of}, ${counted(events, 'event')}` : counted(ledgers, 'ledger');
        return note(`checking ${step}: ${done}, ${counted(findings, 'stream')} found that ${findings === 1 ? 'does' : 'do'} not hold`);
      }
      case 'finding': {
        const { stream, revision, position, reason } = event;
        const place = position === null ? 'not there' : `position ${position}`;
        return print(`${stream}: event ${revision} (${place}) does not hold: ${reason}.`);
      }
      case 'result':
        return print(resultText(event));
    }
  };
}

function resultText(result: Extract<VerificationEvent, { kind: 'result' }>): string {
  const { holds, installation, publicKey, macsChecked, position, events, streams, changeSets, unfinished, activations, findings } = result;
  const { withMac, withoutMac } = changeSets;
  return [
    ...(macsChecked
      ? []
      : ['Macs were NOT checked: without the keys, somebody who computed all hashes anew is found by signatures alone.']),
    `Installation ${installation ?? 'unknown'}, public key ${publicKey ?? 'unknown'}.`,
    `Checked up to position ${position}: ${counted(events, 'event')} in ${counted(streams, 'stream')}, ${counted(withMac, 'change set')} with a mac and ${withoutMac.toLocaleString('en-US')} without, ${counted(activations, 'activation')}.`,
    ...(unfinished === 0 ? [] : [`${counted(unfinished, 'stream')} with an unfinished change set at the end, which has no effect.`]),
    holds ? 'The log holds.' : `The log does NOT hold: ${counted(findings, 'stream')}.`,
  ].join('\n');
}

/** The lines that the HTTP call answers. */
export function reportInJson({ print }: ReportOutput, installation: string): (event: VerificationEvent) => void {
  return (event) => print(JSON.stringify(verificationLine(event, installation)));
}
