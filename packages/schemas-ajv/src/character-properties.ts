// Properties of characters that patterns may ask for, by the names that ECMA-262 gives them.
import { CODE_POINT_MAX, type Ranges } from './character-sets.js';

/** A set of code points, or a property that the engine knows by its name. */
export type ClassPart =
  | { readonly kind: 'ranges'; readonly ranges: Ranges }
  | { readonly kind: 'property'; readonly name: string; readonly negated: boolean };

// Without Other (C), Unassigned (Cn) and Cased_Letter (LC), which the engine takes for something else.
const CATEGORIES: ReadonlyMap<string, string> = new Map(
  [
    'L Letter',
    'Ll Lowercase_Letter',
    'Lm Modifier_Letter',
    'Lo Other_Letter',
    'Lt Titlecase_Letter',
    'Lu Uppercase_Letter',
    'M Mark Combining_Mark',
    'Mc Spacing_Mark',
    'Me Enclosing_Mark',
    'Mn Nonspacing_Mark',
    'N Number',
    'Nd Decimal_Number digit',
    'Nl Letter_Number',
    'No Other_Number',
    'P Punctuation punct',
    'Pc Connector_Punctuation',
    'Pd Dash_Punctuation',
    'Pe Close_Punctuation',
    'Pf Final_Punctuation',
    'Pi Initial_Punctuation',
    'Po Other_Punctuation',
    'Ps Open_Punctuation',
    'S Symbol',
    'Sc Currency_Symbol',
    'Sk Modifier_Symbol',
    'Sm Math_Symbol',
    'So Other_Symbol',
    'Z Separator',
    'Zl Line_Separator',
    'Zp Paragraph_Separator',
    'Zs Space_Separator',
    'Cc Control cntrl',
    'Cf Format',
    'Co Private_Use',
    'Cs Surrogate',
  ].flatMap((line) => {
    const [short = '', ...long] = line.split(' ');
    return [short, ...long].map((name) => [name, short] as const);
  }),
);

const BINARY: ReadonlyMap<string, Ranges> = new Map([
  ['Any', [[0, CODE_POINT_MAX]]],
  ['ASCII', [[0, 0x7f]]],
]);

/** The part of a class that `\\p{…}` stands for; undefined where it is not supported. The engine may still not know a script. */
export function propertyPart(text: string, negated: boolean): ClassPart | undefined {
  const [name = '', value] = text.split('=');
  if (value === undefined) return binaryPart(name, negated) ?? categoryPart(name, negated);
  if (name === 'General_Category' || name === 'gc') return categoryPart(value, negated);
  return (name === 'Script' || name === 'sc') && /^[A-Z][a-z]{2,}(?:_[A-Z][a-z]+)*$/.test(value)
    ? { kind: 'property', name: value, negated }
    : undefined;
}

function categoryPart(text: string, negated: boolean): ClassPart | undefined {
  const name = CATEGORIES.get(text);
  return name === undefined ? undefined : { kind: 'property', name, negated };
}

function binaryPart(name: string, negated: boolean): ClassPart | undefined {
  const ranges = BINARY.get(name);
  return ranges === undefined || negated ? undefined : { kind: 'ranges', ranges };
}
