// The option by which a node asks for built-in categories: what it may say, and the getters that it gives.
import type { FilledCategoryTypes } from '@confledger/categories';
import { hasValidators, NODE_CATEGORIES, type NodeCategory } from '@confledger/categories/validators';

/** The number of an edition, or with `required: true`: a document without the section is refused. */
export type AskedCategory = number | { readonly edition: number; readonly required?: boolean };

/** The categories that a node asks for, by their names. A token is a name of the user's choice: there is none that could be required. */
export type NodeCategories = { readonly [K in Exclude<NodeCategory, 'token'>]?: AskedCategory } & {
  readonly token?: number | { readonly edition: number };
};

/** A node that asks for no category. */
export type NoCategories = Readonly<Record<never, never>>;

type Missing<Asked> = Asked extends { readonly required: true } ? never : undefined;

/** A getter for each category that was asked for. What it gives is deep-frozen, and the same object as long as its section does not change. */
export type CategoryGetters<C> = {
  readonly [K in keyof C & NodeCategory]: K extends 'token'
    ? (address: string) => FilledCategoryTypes['token'] | undefined
    : () => FilledCategoryTypes[K] | Missing<C[K]>;
};

/** Why an option cannot be used, as a sentence; null where it can. */
export function categoriesFlaw(categories: unknown): string | null {
  if (typeof categories !== 'object' || categories === null) return 'must be an object of categories and editions, such as { risk: 1 }';
  for (const [name, asked] of Object.entries(categories as Readonly<Record<string, unknown>>)) {
    if (!NODE_CATEGORIES.some((known) => known === name)) return `names '${name}'; there are ${NODE_CATEGORIES.join(', ')}`;
    const { edition, required = false } = (typeof asked === 'number' ? { edition: asked } : (asked ?? {})) as {
      readonly edition?: unknown;
      readonly required?: unknown;
    };
    if (typeof edition !== 'number' || !hasValidators(edition))
      return `asks for an edition of ${name} that this release does not know; there is 1`;
    if (typeof required !== 'boolean') return `says of ${name} something else than required: true or false`;
    if (required && name === 'token') return 'says of token that it is required: there may be any number of tokens';
  }
  return null;
}
