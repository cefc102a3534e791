// "Did you mean": ends the sentence about a word that is not known.
import { nearestWord } from '@confledger/document/json-and-paths';

/** A full stop, or a question where a known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? '.' : `; did you mean '${nearest}'?`;
}
