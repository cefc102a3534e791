// The JSON text of what stands at places of a document, in pieces: a large document is written without keeping the event loop busy.
import type { DocumentNode } from '@confledger/document';

/** About the longest piece, in characters; one leaf is never divided. Writing it takes about a millisecond. */
export const PIECE_LENGTH = 128 * 1_024;

/** A JSON array of the nodes, as texts that are to be joined. Nothing is written before it is asked for. */
export function* arrayPieces(nodes: readonly DocumentNode[]): Generator<string> {
  let piece = '[';
  for (const [index, node] of nodes.entries()) {
    if (index > 0) piece += ',';
    for (const part of nodePieces(node)) {
      piece += part;
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
  }
  yield `${piece}]`;
}

function* nodePieces(node: DocumentNode): Generator<string> {
  if (node.kind === 'leaf' || node.size <= PIECE_LENGTH) return yield nodeText(node);
  let before = '{';
  for (const [name, member] of node.members) {
    yield `${before}${JSON.stringify(name)}:`;
    yield* nodePieces(member);
    before = ',';
  }
  yield '}';
}

function nodeText(node: DocumentNode): string {
  if (node.kind === 'leaf') return JSON.stringify(node.value);
  let text = '';
  for (const [name, member] of node.members) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${nodeText(member)}`;
  return `{${text}}`;
}
