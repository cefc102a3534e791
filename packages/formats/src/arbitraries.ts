// Random documents for the property tests of this package; not part of what is built.
// oxlint-disable-next-line no-restricted-imports -- a devDependency of the root; specs import this file, the build leaves it out
import fc from 'fast-check';
import { nameFlaw, stringFlaw, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';

/** Texts that some reader takes for something else. */
export const HARD_TEXTS = [
  ...[
    'NO',
    'no',
    'yes',
    'on',
    'Off',
    'y',
    'true',
    'True',
    'null',
    'Null',
    '~',
    '',
    ' ',
    '-',
    '--',
    '---',
    '...',
    '?',
    ':',
    '<<',
    '=',
    '!',
    '!!str x',
  ],
  ...[
    '1',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '0o17',
    '010',
    '.5',
    '5.',
    '.inf',
    '.nan',
    'inf',
    'nan',
    '1_000',
    '1:30',
    '2026-01-01',
    '07:32:00',
    '-0',
  ],
  ...[
    ' leading',
    'trailing ',
    'multi\nline',
    'ends\n',
    '\nbegins',
    'two\n\nbreaks\n\n',
    'tab\tinside',
    '\ttab',
    'cr\rhere',
    'crlf\r\nhere',
    ' \n ',
    'a\n b\n',
  ],
  ...[
    '# no comment',
    'a # b',
    'a: b',
    'a:b',
    'a:',
    ': a',
    '- a',
    '[a]',
    '{a}',
    '{{name}}',
    '${NAME}',
    '*a',
    '&a',
    '@a',
    '`a`',
    '%a',
    '|',
    '>',
    "'",
    '"',
    "'''",
    '"""',
  ],
  ...[
    '\\',
    '\\n',
    'C:\\new',
    '/path',
    'https://example.org/a?b=c#d',
    '😀',
    'é',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u007f',
    '\u0001',
    '\u001b[0m',
    '\ud7ff\ue000',
    '\uffff',
    'a.b',
    '__',
    '$inherit',
  ],
];

const text = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...HARD_TEXTS) },
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.array(fc.constantFrom(' ', '\n', 'a', '\t', '#', ':', '-', '\r', "'", '"', '\\'), { maxLength: 8 }).map((parts) => parts.join('')),
  )
  .filter((value) => stringFlaw(value) === null);

/** Few names, so that two random documents meet often; hard ones among them. */
const name = fc
  .oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'risk') }, { weight: 1, arbitrary: text })
  .filter((value) => nameFlaw(value) === null);

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false, 0, 1, 0.1, 1e21, 1e20, 5e-324, 1e-7, 2 ** 53, -1.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  text,
);

function documents(leaf: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  const { object } = fc.letrec<{ value: JsonValue; object: JsonObject; array: JsonValue[] }>((tie) => ({
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('object'), tie('array')),
    object: fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    array: fc.array(tie('value'), { maxLength: 4 }),
  }));
  return object;
}

export const document = documents(scalar);

/** What TOML can carry: no null, and not empty. */
export const tomlDocument = documents(scalar.filter((value) => value !== null)).filter((value) => Object.keys(value).length > 0);
