// The kinds of variables that several services have, each with the rule that a refusal shows.
import { z } from 'zod';

const PORT_MAX = 65_535;
const PORT_RULE = `expected a port, 0 to ${PORT_MAX}`;

/** Where a service listens; 0 asks the system for a free port. */
export const port = (otherwise: number) =>
  z.coerce.number({ error: PORT_RULE }).int(PORT_RULE).min(0, PORT_RULE).max(PORT_MAX, PORT_RULE).default(otherwise);

/** The address that a service listens at. */
export const host = z.string().min(1).default('127.0.0.1');

/** Any text that is not empty. */
export const text = z.string({ error: 'expected a text' }).min(1);

/** `true` or `false`. */
export const flag = (otherwise: boolean) =>
  z
    .enum(['true', 'false'], { error: 'expected true or false' })
    .default(otherwise ? 'true' : 'false')
    .transform((given) => given === 'true');

/** A whole number from 1. */
export const count = (otherwise: number) =>
  z.coerce.number({ error: 'expected a number' }).int('expected a whole number').min(1, 'expected 1 or more').default(otherwise);

/** The name of an environment or of a service. */
export const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes, at most 63');

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** What is logged. */
export const logLevel = z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }).default('info');

export const POSTGRES_RULE = 'expected postgres://user:password@host:port/database';
/** Holds a password; never logged. */
export const postgresUrl = z.url({ protocol: /^postgres(?:ql)?$/, error: POSTGRES_RULE });
