// What the environment variables say. Read by hand: loading zod takes longer than all else before a start that must be refused.
import path from 'node:path';
import { misspeltVariables } from '@confledger/process/known-variables';
import { StartRefused } from '@confledger/process/start-refused';

export interface StandaloneConfig {
  /** Absolute. */
  readonly dataDirectory: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  readonly host: string;
  /** The installation whose log is accepted although it does not hold what was acknowledged; `empty` for a log without one; null for none. */
  readonly acceptedLog: string | null;
  /** Activations are signed with statement 2, whatever nodes can verify. */
  readonly isStatement2Forced: boolean;
  /** Where they are not the usual ones. */
  readonly edgeLimits: { readonly feedClients?: number };
}

const PORT_MAX = 65_535;

/** Reads the configuration; throws StartRefused with one line for each variable that is misspelt or cannot be meant. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): StandaloneConfig {
  const given = (name: string, otherwise: string): string => {
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? otherwise : value;
  };
  const port = given('PORT', '8011');
  const wrong = misspeltVariables(environment);
  if (!/^\d{1,5}$/.test(port) || Number(port) > PORT_MAX) {
    wrong.push(`PORT is '${port}', which is not a port. Set it to a number from 0 to ${PORT_MAX}, or leave it out for 8011.`);
  }
  const statements = given('CONFLEDGER_STATEMENTS', '');
  if (statements !== '' && statements !== '2')
    wrong.push(`CONFLEDGER_STATEMENTS is '${statements}', which is no form of statement to insist on. Set it to 2, or leave it out.`);
  const clients = given('CONFLEDGER_FEED_CLIENTS_MAX', '');
  if (clients !== '' && !/^[1-9]\d{0,6}$/.test(clients))
    wrong.push(`CONFLEDGER_FEED_CLIENTS_MAX is '${clients}', which is no number of clients. Set it to a number from 1, or leave it out.`);
  if (wrong.length > 0) throw new StartRefused(wrong.join('\n'));
  const accepted = given('CONFLEDGER_ACCEPT_LOG', '');
  return {
    dataDirectory: path.resolve(given('CONFLEDGER_DATA_DIR', '.confledger')),
    port: Number(port),
    host: given('HOST', '127.0.0.1'),
    acceptedLog: accepted === '' ? null : accepted,
    isStatement2Forced: statements === '2',
    edgeLimits: clients === '' ? {} : { feedClients: Number(clients) },
  };
}
