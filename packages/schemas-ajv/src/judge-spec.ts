// What the specs of the judge share: documents, rules and judgements in one line each.
import { Document, type JsonObject, type JsonValue } from '@confledger/document';
import type { Dialect, Judgement, Rule, Violation } from '@confledger/domain';
import { judgeDocument } from './judge.js';
import type { JudgementMode } from './mode.js';
import { Validators } from './validators.js';
import { Verdicts } from './verdicts.js';

export function documentOf(value: JsonObject): Document {
  const document = Document.from(value);
  if (!document.ok) throw new Error(document.problem.message);
  return document.value;
}

export function ruleAt(mount: string, schema: JsonObject | boolean, dialect: Dialect = '2020-12'): Rule {
  return { mount, schema, dialect, origin: { kind: 'own', revision: 1 } };
}

/** Documents of which everything is known. */
export const CONCRETE: JudgementMode = { isAbstract: false, hasReferences: false };
export const ABSTRACT: JudgementMode = { isAbstract: true, hasReferences: false };
export const REFERENCES: JudgementMode = { isAbstract: false, hasReferences: true };

/** The judgement of a document by rules, with nothing remembered. */
export function judged(value: JsonObject, rules: readonly Rule[], mode: JudgementMode = CONCRETE): Judgement {
  return judgeDocument({ rules, document: documentOf(value), ...mode }, { validators: new Validators(), verdicts: new Verdicts() });
}

/** The violations of a value that a schema is mounted at. */
export function violationsAt(value: JsonValue, schema: JsonObject | boolean, dialect?: Dialect): readonly Violation[] {
  return judged({ at: value }, [ruleAt('at', schema, dialect)]).violations;
}

/** "path pointer keyword" of each violation. */
export function listed({ violations }: Judgement): string[] {
  return violations.map(({ path, pointer, keyword }) => (pointer === null ? `${path} ${keyword}` : `${path} ${pointer} ${keyword}`));
}
