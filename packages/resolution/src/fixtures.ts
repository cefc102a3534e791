// For the specs of this package.
import { Document, type JsonObject } from '@confledger/document';

export function documentOf(json: JsonObject): Document {
  const made = Document.from(json);
  if (!made.ok) throw new TypeError(made.problem.message);
  return made.value;
}
