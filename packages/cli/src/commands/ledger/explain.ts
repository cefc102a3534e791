// explain: for each value where it comes from, and what it overrides.
import type { ExplainAnswer, LeafSource, ShownValue } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import { printResult } from '../../output/results.js';
import { oneLine } from '../../output/text.js';
import { inLine, instant } from '../../output/values.js';
import type { Session } from '../../session.js';
import { explained } from './explained.js';

interface Over extends Partial<Omit<LeafSource, 'revision'>> {
  readonly ledger: string;
  readonly value: ShownValue;
}

interface Entry {
  readonly path: string;
  readonly value: ShownValue;
  readonly source: Partial<LeafSource> | undefined;
  readonly overrides: readonly Over[];
}

export async function run(session: Session, given: Given): Promise<void> {
  const data = await explained(session, given);
  printResult(session, data, () =>
    entriesOf(data)
      .map((entry) => textOf(session, entry))
      .join(''),
  );
  if (data.truncated.length > 0) session.say('Who and why was not looked up for all: ask for a part, by a path.');
}

function entriesOf(data: ExplainAnswer): readonly Entry[] {
  if ('items' in data)
    return data.items.map((item) => ({ path: item.path, value: item.value, source: item, overrides: item.overrides.map(present) }));
  return data.leaves.map(([path, value, index, overrides]) => ({
    ...{ path, value, source: data.sources[index] },
    overrides: overrides.map(([ledger, over, source]) => ({ ...(source === null ? {} : data.sources[source]), ledger, value: over })),
  }));
}

/** Without the members that are null: nothing is known of them. */
function present({ ledger, value, version, activation, occurredAt, actor, reason }: Over): Over {
  return {
    ledger,
    value,
    version: version ?? null,
    activation: activation ?? null,
    occurredAt: occurredAt ?? null,
    actor: actor ?? null,
    reason: reason ?? null,
  };
}

function textOf(session: Session, { path, value, source, overrides }: Entry): string {
  const lines = [
    `${session.paint('bold', `${oneLine(path)}:`)} ${inLine(value)}`,
    `  from ${sourceText(source)}`,
    ...overrides.map((over) => session.paint('dim', `  over ${inLine(over.value)} from ${sourceText(over)}`)),
  ];
  return `${lines.join('\n')}\n`;
}

function sourceText(source: Partial<LeafSource> | undefined): string {
  const { ledger = 'unknown', version, activation, actor, occurredAt, reason } = source ?? {};
  const parts = [
    oneLine(ledger),
    ...(version === undefined || version === null ? [] : [`version ${version}`]),
    ...(activation === undefined || activation === null ? [] : [`live by activation ${activation}`]),
    ...(actor === undefined || actor === null ? [] : [`by ${oneLine(actor)}, ${instant(occurredAt ?? null)}`]),
    ...(reason === undefined || reason === null ? [] : [oneLine(reason)]),
  ];
  return parts.join(', ');
}
