import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReferences } from './index.js';

const partsOf = (text: string): unknown => {
  const parsed = parseReferences(text);
  return parsed.ok
    ? parsed.text.parts.map((part) => (typeof part === 'string' ? part : [part.scheme, part.name, part.type, part.fallback]))
    : parsed.flaw;
};

describe('the grammar of references', () => {
  it.each<[string, unknown[]]>([
    ['', ['']],
    ['plain', ['plain']],
    ['$5 and 100%', ['$5 and 100%']],
    ['${env:DB_HOST}', [['env', 'DB_HOST', null, null]]],
    ['postgres://${env:U}@${env:H|number:-80}/x', ['postgres://', ['env', 'U', null, null], '@', ['env', 'H', 'number', '80'], '/x']],
    ['${file:/run/secrets/db}', [['file', '/run/secrets/db', null, null]]],
    ['${file:/run/secrets/a:b}', [['file', '/run/secrets/a:b', null, null]]],
    ['${credential:binance.key}', [['credential', 'binance.key', null, null]]],
    ['${path:db.host:-localhost}', [['path', 'db.host', null, 'localhost']]],
    ['${path:venues.kraken\\.spot}', [['path', 'venues.kraken\\.spot', null, null]]],
    ['${env:A:-}', [['env', 'A', null, '']]],
    ['${env:A:-:-x|y}', [['env', 'A', null, ':-x|y']]],
    ['${env:A|boolean:-true}', [['env', 'A', 'boolean', 'true']]],
    ['${env:A|json:-[1,2]}', [['env', 'A', 'json', '[1,2]']]],
    ['$${env:A}', ['${env:A}']],
    ['$$${env:A}', ['$${env:A}']],
    ['$${$${', ['${${']],
    ['$${}${env:A}', ['${}', ['env', 'A', null, null]]],
    ['${env:A}}', [['env', 'A', null, null], '}']],
  ])('reads %j', (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  it.each([
    ['${symbol} hit ${price}', 'At character 1: what follows ${ is none of env:, file:, credential:, path:.'],
    ['x ${', 'At character 3: a reference begins with ${ and has no }.'],
    ['${env:}', 'At character 1: what ${env: names is not a name of letters, digits and underscores, no digit in front.'],
    ['${env:1A}', 'At character 1: what ${env: names is not a name of letters, digits and underscores, no digit in front.'],
    ['${env:A-B}', 'At character 1: what ${env: names is not a name of letters, digits and underscores, no digit in front.'],
    ['${ENV:A}', 'At character 1: what follows ${ is none of env:, file:, credential:, path:.'],
    ['${file:relative}', 'At character 1: what ${file: names is not an absolute path without . and .. and empty parts.'],
    ['${file:/run/../etc/passwd}', 'At character 1: what ${file: names is not an absolute path without . and .. and empty parts.'],
    ['${file:/run//x}', 'At character 1: what ${file: names is not an absolute path without . and .. and empty parts.'],
    ['${path:a..b}', 'At character 1: what ${path: names is not a path of the document, such as db.host.'],
    ['${env:A|int}', 'At character 1: the reference to env asks for a type that is none of number, boolean, json.'],
    ['${env:A|number|json}', 'At character 1: the reference to env asks for a type that is none of number, boolean, json.'],
    ['${env:A|number:-many}', 'At character 1: the default of ${env:A} is no number.'],
    ['${env:A:-${env:B}}', 'At character 1: a reference stands inside another one, or the first has no }.'],
    ['${env:A|json:-{"a":1}}', 'At character 1: the default of ${env:A} is no json.'],
  ])('refuses %j', (text, message) => {
    expect(partsOf(text)).toMatchObject({ message, remedy: expect.stringMatching(/\.$/) });
  });

  it('never fails otherwise, and quotes nothing of a text that is no name', () => {
    const piece = fc.constantFrom(
      '${',
      '$${',
      '$',
      '{',
      '}',
      'env:',
      'file:/',
      'path:',
      'credential:',
      '|number',
      '|',
      ':-',
      'A',
      '.',
      '\\',
      'käse',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const parsed = parseReferences(text);
        if (!parsed.ok) return parsed.flaw.message.length < 200;
        const written = parsed.text.parts
          .map((part) => (typeof part === 'string' ? part.replaceAll('${', () => '$${') : rewrite(part)))
          .join('');
        const again = parseReferences(written);
        expect(again).toEqual(parsed);
        return true;
      }),
      { numRuns: 3_000 },
    );
  });
});

function rewrite({ scheme, name, type, fallback }: { scheme: string; name: string; type: string | null; fallback: string | null }): string {
  return `\${${scheme}:${name}${type === null ? '' : `|${type}`}${fallback === null ? '' : `:-${fallback}`}}`;
}
