// What the environment variables say. Used by main.ts; everything below gets the values handed in.
import path from 'node:path';
import { StartRefused } from './start-refused.js';

export interface Settings {
  /** Absolute. */
  readonly dataDirectory: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  readonly host: string;
  /** The installation whose log is accepted although it does not hold what was acknowledged; `empty` for a log without one; null for none. */
  readonly acceptedLog: string | null;
}

const PORT_MAX = 65_535;

/** Reads the settings; throws StartRefused for a value that cannot be meant. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = (name: string, otherwise: string): string => {
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? otherwise : value;
  };
  const port = given('PORT', '8011');
  if (!/^\d{1,5}$/.test(port) || Number(port) > PORT_MAX) {
    throw new StartRefused(`PORT is '${port}', which is no port. Set it to a number from 0 to ${PORT_MAX}, or leave it out for 8011.`);
  }
  const accepted = given('CONFLEDGER_ACCEPT_LOG', '');
  return {
    dataDirectory: path.resolve(given('CONFLEDGER_DATA_DIR', '.confledger')),
    port: Number(port),
    host: given('HOST', '127.0.0.1'),
    acceptedLog: accepted === '' ? null : accepted,
  };
}
