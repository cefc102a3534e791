// What is said of a schema that is refused.
import type { SchemaProblem, SchemaProblemCode } from '@confledger/domain';

/** Most problems that one answer lists. */
export const PROBLEMS_MAX = 100;

/** A problem with a rule of the dialect or of ours. */
export function invalid(pointer: string, message: string, remedy: string): SchemaProblem {
  return problem('SCHEMA_INVALID', pointer, message, remedy);
}

export function problem(code: SchemaProblemCode, pointer: string, message: string, remedy: string): SchemaProblem {
  return { code, pointer, message, remedy };
}

/** A name or text of the schema in quotes, shortened where it is long. */
export function quotedText(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text);
}

const QUOTED_CHARACTERS_MAX = 100;
