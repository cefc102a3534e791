// What validators cost: compiling and examining schemas, judging a document of 500 leaves by one of 50 properties, a match of a pattern.
import { Document, type JsonObject } from '@confledger/document';
import type { Rule } from '@confledger/domain';
import { examineSchema } from '@confledger/schemas-ajv';
import { compilePattern, judgeDocument, Validators, Verdicts } from '@confledger/schemas-ajv/parts';
import { Report, median } from './report.js';

const ROUNDS = 21;
const PROPERTIES = 50;
const NODES = 2_000;
const LEAVES = 500;

let sink: unknown;

/** Microseconds of one call: the median of rounds. */
function timedUs(calls: number, call: () => unknown, rounds = ROUNDS): number {
  for (let each = 0; each < calls; each += 1) sink = call();
  return median(
    Array.from({ length: rounds }, () => {
      const begin = performance.now();
      for (let each = 0; each < calls; each += 1) sink = call();
      return ((performance.now() - begin) * 1_000) / calls;
    }),
  );
}

let salt = 0;

/** A schema of so many members, unlike any before it. */
function schemaOf(members: number): JsonObject {
  salt += 1;
  // 2,000 nodes fit into 64 KiB where each is short.
  const text: JsonObject = members > PROPERTIES ? { type: 'string' } : { type: 'string', maxLength: 100 };
  const kinds: readonly JsonObject[] = [
    members > PROPERTIES ? { minimum: -salt } : { type: 'number', minimum: -salt },
    text,
    { type: 'boolean' },
  ];
  const properties = Object.fromEntries(Array.from({ length: members }, (_, index) => [`p${index}`, kinds[index % 3] ?? {}]));
  return { type: 'object', additionalProperties: false, properties };
}

function documentOf(): Document {
  const values = [1, 'text', true];
  const risk = Object.fromEntries(Array.from({ length: PROPERTIES }, (_, index) => [`p${index}`, values[index % 3] ?? 0]));
  const others = Object.fromEntries(Array.from({ length: LEAVES - PROPERTIES }, (_, index) => [`x${index}`, index]));
  const made = Document.from({ risk, others });
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

const report = new Report();

for (const [name, members, calls] of [
  [`${PROPERTIES} properties`, PROPERTIES, 5],
  [`${NODES} nodes`, NODES - 2, 1],
] as const) {
  const rounds = calls === 1 ? 5 : ROUNDS;
  const compile = (): void => new Validators().validatorOf({ dialect: '2020-12', schema: schemaOf(members) }).compile();
  const examine = (): void => {
    if (examineSchema({ dialect: '2020-12', schema: schemaOf(members) }).kind === 'refused') throw new Error('the schema is refused');
  };
  report.add(`compile ${name}`, timedUs(calls, compile, rounds) / 1_000, 'ms');
  report.add(`examine ${name}`, timedUs(calls, examine, rounds) / 1_000, 'ms');
}

const validators = new Validators();
const rule: Rule = { mount: 'risk', dialect: '2020-12', schema: schemaOf(PROPERTIES), origin: { kind: 'own', revision: 1 } };
const document = documentOf();
let value = 0;
const changed = (path: string): Document => document.apply([{ path, value: (value += 1) }]);
const judged = (of: Document, verdicts: Verdicts, isAbstract = false): unknown =>
  judgeDocument({ rules: [rule], document: of, isAbstract, hasReferences: false }, { validators, verdicts });

const remembered = new Verdicts();
report.add(
  'change a leaf of 500 and hash: no schema',
  timedUs(200, () => changed('risk.p0').digest),
  'µs',
);
report.add(
  'the same, judged: the mount changed',
  timedUs(200, () => judged(changed('risk.p0'), new Verdicts())),
  'µs',
);
report.add(
  'the same, judged: another place changed',
  timedUs(200, () => judged(changed('others.x1'), remembered)),
  'µs',
);
report.add(
  'judge an unchanged document',
  timedUs(1_000, () => judged(document, remembered)),
  'µs',
);
report.add(
  'judge in an abstract environment',
  timedUs(200, () => judged(document, new Verdicts(), true)),
  'µs',
);

const address = compilePattern('^[1-9A-HJ-NP-Za-km-z]{32,44}$');
if (!address.ok) throw new Error(address.message);
report.add(
  'match of an address of 44 characters',
  timedUs(5_000, () => address.pattern.test('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v')),
  'µs',
);
report.save();
if (sink === undefined) throw new Error('nothing was measured');
