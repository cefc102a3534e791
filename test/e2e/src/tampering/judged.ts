// What a process serves of a ledger: each read as what it answers, so that it can be compared with the truth.
import { isStreamFault, type LedgersCore, type ReadSelector } from '@confledger/application';
import type { Command, Guards, LedgerId } from '@confledger/domain';
import type { Events } from './alterations.js';
import { metadataOf } from './liar.js';

export const REFUSED = 'refused: the stream does not hold';

export type Served = Readonly<Record<string, string>>;

/** Reads of all sorts: the newest, what is active, versions, tags, instants. */
export function selectorsOf(events: Events): readonly ReadSelector[] {
  const sets = events.filter(({ type }) => type === 'ConfigSet').map(({ revision }) => revision);
  const [early, middle] = [sets.at(5), sets.at(Math.floor(sets.length / 2))];
  const tag = 'tag-11';
  const at = (part: number): string => metadataOf(events[Math.floor((events.length - 1) * part)]).occurredAt;
  return [
    {},
    { consistency: 'local' },
    { version: 'active' },
    { version: 'previous' },
    { version: tag },
    { version: early ?? 0 },
    { version: middle ?? 0 },
    { at: at(0.25) },
    { at: at(0.5) },
    { at: at(1) },
    { at: at(0.75), version: 'active' },
  ];
}

/** What the core answers to each. Rejects for any other fault. */
export async function servedBy(core: LedgersCore, id: LedgerId, selectors: readonly ReadSelector[]): Promise<Served> {
  const served: Record<string, string> = {};
  for (const selector of selectors) {
    served[JSON.stringify(selector)] = await orRefused(async () => {
      const outcome = await core.read(id, selector);
      if (outcome.kind === 'refused') return `${outcome.refusal.code} ${outcome.refusal.message}`;
      const { version, active, pending, digest } = outcome.standing;
      return JSON.stringify([version, active, pending, digest, outcome.revision, outcome.document.toJson()]);
    });
  }
  served['activation'] = await orRefused(async () => JSON.stringify(await core.activation(id)));
  served['active'] = await orRefused(async () => {
    const { document, ...marker } = (await core.active(id)) ?? { document: null };
    return JSON.stringify([marker, document?.digest]);
  });
  return served;
}

/** Commands of which each writes or signs, where it is carried out. */
export const COMMANDS: readonly { readonly command: Command; readonly guards: Guards; readonly dryRun?: true }[] = [
  { command: { type: 'Set', path: 'risk.limit', value: 4_711 }, guards: { activate: 'all' } },
  { command: { type: 'Activate', version: 'latest' }, guards: {} },
  { command: { type: 'Rollback', version: 'previous' }, guards: {} },
  { command: { type: 'Tag', version: 'latest', tag: 'mine', move: true }, guards: {} },
  { command: { type: 'Set', path: 'risk.limit', value: 4_711 }, guards: { activate: 'all' }, dryRun: true },
  { command: { type: 'Set', path: 'risk.limit', value: 4_711 }, guards: { expectedVersion: 1 } },
];

export async function answersTo(core: LedgersCore, id: LedgerId): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const { command, guards, dryRun } of COMMANDS) {
    const request = { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, correlationId: 'c', request: command.type, guards };
    const answer = orRefused(async () => (await core.execute(id, command, dryRun ? { ...request, dryRun } : request)).kind);
    answers.push(await answer);
  }
  return answers;
}

async function orRefused(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (isStreamFault(error)) return REFUSED;
    throw error;
  }
}

/** The digests that a ledger ever activated. */
export function activatedDigests(events: Events): ReadonlySet<string> {
  return new Set(events.filter(({ type }) => type === 'VersionActivated').map(({ data }) => String(JSON.parse(data).digest)));
}
