// Whether a write needs a question: it takes something live, or changes the rules, where production runs by it.
import { ApiError } from '@confledger/client';
import type { EnvironmentItem } from '@confledger/contracts/http';
import { CliError, usage } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { didYouMean } from '../grammar/did-you-mean.js';
import type { Given } from '../grammar/given.js';
import type { Session } from '../session.js';
import { askYes, canAsk } from './ask.js';

/** A question that is put before a write, or none. */
export interface Question {
  /** Null: nothing is asked. Else why, as a part of the question. */
  readonly because: string | null;
  /** Asks, unless it was answered by --yes. Throws a CliError (exit 1) when the answer is no. */
  put(what: string): Promise<void>;
}

/**
 * Decides before anything is sent whether to ask. `weighty`: the write takes something live, or changes an environment, a schema or a ledger's being
 * there. Throws a CliError (exit 2) where a question is needed and nobody can answer it.
 */
export async function questionFor(session: Session, given: Given, environment: string, weighty: boolean): Promise<Question> {
  if (given.takes('dry-run') && given.is('dry-run')) return NO_QUESTION;
  const because = await reasonToAsk(session, environment, weighty);
  if (because === null) return NO_QUESTION;
  if (given.is('yes')) return { because, put: async () => undefined };
  if (!canAsk(session.io))
    throw usage(
      `This needs a confirmation, because ${because}, and there is no terminal to ask on. Nothing was sent.`,
      'Give --yes, or --dry-run to see what would happen.',
    );
  return {
    because,
    put: async (what) => {
      if (!(await askYes(session.io, `${what} (${because})`)))
        throw new CliError(EXIT.refused, 'DECLINED', 'Not confirmed: nothing was written.');
    },
  };
}

const NO_QUESTION: Question = { because: null, put: async () => undefined };

async function reasonToAsk(session: Session, environment: string, weighty: boolean): Promise<string | null> {
  const { context } = session.target;
  if (context?.says.confirm === 'always') return `the context ${context.name} always asks`;
  if (!weighty) return null;
  try {
    const { data } = await (await session.client).listEnvironments();
    return productionBy(data.items, environment);
  } catch (error) {
    // An older api has no environments to list.
    if (error instanceof ApiError && error.code === 'ROUTE_UNKNOWN') return 'this server cannot say whether production runs by it';
    throw error;
  }
}

/** Why production runs by what is taken live there; null where it does not. Throws for an environment that is not defined. */
export function productionBy(environments: readonly EnvironmentItem[], name: string): string | null {
  const item = environments.find(({ environment }) => environment === name);
  if (item === undefined) throw undefinedEnvironment(environments, name);
  if (item.type === 'production') return `${name} is of type production`;
  const followers = descendants(environments, name).filter(({ type, policy }) => type === 'production' && policy.inherited === 'automatic');
  return followers.length === 0 ? null : `${followers.map(({ environment }) => environment).join(', ')} follows ${name} by itself`;
}

function undefinedEnvironment(environments: readonly EnvironmentItem[], name: string): CliError {
  const names = environments.map(({ environment }) => environment);
  return new CliError(
    EXIT.conflict,
    'ENVIRONMENT_UNDEFINED',
    `The environment ${JSON.stringify(name)} is not defined${didYouMean(name, names)}`,
    {
      remedy: `Use one of ${names.join(', ')}, or define it: confledger env define <name> --type <type>`,
    },
  );
}

/** All below, directly or through others. An environment whose parent has no such ledger follows that one's parents, so all levels count. */
function descendants(environments: readonly EnvironmentItem[], name: string): readonly EnvironmentItem[] {
  const below = new Set([name]);
  for (let size = 0; size !== below.size;) {
    size = below.size;
    for (const { environment, inheritsFrom } of environments) if (inheritsFrom.some((parent) => below.has(parent))) below.add(environment);
  }
  return environments.filter(({ environment }) => environment !== name && below.has(environment));
}
