// Reads a service's settings from environment variables, by the schema of its config.ts.
import { z } from 'zod';
import type { Environment } from './environment.js';
import { misspeltVariables } from './known-variables.js';
import { StartRefused } from './start-refused.js';

/**
 * The values of the variables that the schema names; an empty one counts as not set. Throws StartRefused with one line for each variable
 * that is missing, misspelt or cannot be meant: its name, the rule and the remedy, and never its value, which may hold a password.
 * `missing` answers such lines for variables that others make necessary.
 */
export function readSettings<Variables extends z.ZodObject>(
  variables: Variables,
  environment: Environment,
  missing: (given: Environment) => readonly string[] = () => [],
): z.output<Variables> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const wrong = [...misspeltVariables(given), ...missing(given)];
  const parsed = variables.safeParse(given);
  if (parsed.success && wrong.length === 0) return parsed.data;
  throw new StartRefused([...wrong, ...(parsed.success ? [] : linesOf(variables, parsed.error, given))].join('\n'));
}

function linesOf(variables: z.ZodObject, error: z.ZodError, given: Environment): string[] {
  const rules = new Map<string, string>();
  for (const { path, message } of error.issues) {
    const variable = String(path[0]);
    // The first problem of a variable says enough.
    if (!rules.has(variable)) rules.set(variable, message);
  }
  return [...rules].map(([variable, rule]) => {
    const { shape } = variables;
    return Object.hasOwn(given, variable)
      ? `${variable}: ${rule}. ${remedyOf(shape[variable])}`
      : `${variable} is not set: ${rule}. Set it.`;
  });
}

function remedyOf(schema: z.core.$ZodType | undefined): string {
  if (schema === undefined) return 'Correct it.';
  const absent = z.safeParse(schema, undefined);
  if (!absent.success) return 'Correct it.';
  const isShown = typeof absent.data === 'string' || typeof absent.data === 'number' || typeof absent.data === 'boolean';
  return isShown ? `Correct it, or leave it out for ${String(absent.data)}.` : 'Correct it, or leave it out.';
}
