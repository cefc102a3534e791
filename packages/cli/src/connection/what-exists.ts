// Names of environments and services for hints, where the server can be asked; nothing where it cannot.
import { nearestWord } from '@confledger/document/json-and-paths';
import type { Client } from '@confledger/client';

/** Who asks, and what it names itself. */
export interface Asker {
  readonly client: Promise<Client>;
  namedEnvironment(): string | undefined;
  namedService(): string | undefined;
}

/** How long a hint may take, in milliseconds. */
const HINT_MS_MAX = 2_000;
/** How many names a hint shows. */
const NAMES_MAX = 20;

/** ` There are development, production.`, or nothing. */
export async function environmentsThatExist(session: Asker): Promise<string> {
  return sentence(await environmentNames(session));
}

export async function servicesThatExist(session: Asker, environment: string | undefined): Promise<string> {
  return sentence(await serviceNames(session, environment));
}

/** Empty where the server does not answer. */
export async function environmentNames(session: Asker, timeoutMs = HINT_MS_MAX): Promise<readonly string[]> {
  try {
    const { data } = await (await session.client).listEnvironments({}, { timeoutMs });
    return data.items.map(({ environment }) => environment);
  } catch {
    return [];
  }
}

/** Of one environment, or of all; empty where the server does not answer. */
export async function serviceNames(session: Asker, environment: string | undefined, timeoutMs = HINT_MS_MAX): Promise<readonly string[]> {
  try {
    const { data } = await (await session.client).listConfigurations({ query: { environment, limit: 500 } }, { timeoutMs });
    return [...new Set(data.items.map(({ service }) => service))];
  } catch {
    return [];
  }
}

/** ` Did you mean 'engine'?`, where a service of the environment is near the one that was named; else nothing. */
export async function nearestService(session: Asker): Promise<string> {
  const named = session.namedService();
  const nearest = named === undefined ? undefined : nearestWord(named, await serviceNames(session, session.namedEnvironment()));
  return nearest === undefined || nearest === named ? '' : ` Did you mean '${nearest}'?`;
}

function sentence(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  return ` There are ${names.slice(0, NAMES_MAX).join(', ')}${more}.`;
}
