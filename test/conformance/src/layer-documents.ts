// The rules of the port to documents that ledgers stand on.
import { LAYER_DOCUMENT_CHARACTERS_MAX, LAYER_DOCUMENTS_KEPT_MAX, type LayerDocument, type LayerDocuments } from '@confledger/application';
import { Document, type JsonObject } from '@confledger/document';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface LayerDocumentsUnderTest {
  readonly documents: LayerDocuments;
  close(): Promise<void>;
}

const LEDGER = 'base.trading-engine';

function documentAt(activation: number, json: JsonObject = { limit: activation }, ledger: string = LEDGER): LayerDocument {
  const made = Document.from(json, activation);
  if (!made.ok) throw new TypeError(made.problem.message);
  return { ledger, activation, digest: made.value.digest, body: made.value.toSnapshot() };
}

export function layerDocumentsConformance(name: string, make: () => Promise<LayerDocumentsUnderTest>): void {
  describe(`${name} as a store of documents of layers`, () => {
    let subject: LayerDocumentsUnderTest;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.close();
    });
    const put = async (...documents: readonly LayerDocument[]): Promise<void> => {
      for (const document of documents) await subject.documents.put(document);
    };
    const digestAt = async (activation: number, ledger: string = LEDGER): Promise<string | null> => {
      const body = await subject.documents.get(ledger, activation);
      return body === null ? null : Document.fromSnapshot(body).digest;
    };

    test('Where none was put there is none', async () => {
      expect(await subject.documents.get(LEDGER, 1)).toBeNull();
    });

    test('A document comes back with the content and the revisions that it was put with', async () => {
      const { body, ...document } = documentAt(7, {
        text: 'é \u0001 \\ " 😀',
        list: [0.1, null, { b: 1, a: 2 }],
        none: {},
        '7': { 'a.b': -1e-7 },
      });
      await put({ ...document, body });
      expect(await subject.documents.get(LEDGER, 7)).toEqual(body);
      expect(await digestAt(7)).toBe(document.digest);
    });

    test('Another activation and another ledger have their own', async () => {
      await put(documentAt(1), documentAt(2), documentAt(1, { other: true }, 'base.risk-gateway'));
      expect([await digestAt(1), await digestAt(2)]).toEqual([documentAt(1).digest, documentAt(2).digest]);
      expect(await digestAt(1, 'base.risk-gateway')).toBe(documentAt(1, { other: true }).digest);
      expect(await digestAt(2, 'base.risk-gateway')).toBeNull();
    });

    test('A document that is put again takes the place of what stands there, whatever its digest', async () => {
      await put(documentAt(1), documentAt(1, { limit: 'another' }));
      expect(await digestAt(1)).toBe(documentAt(1, { limit: 'another' }).digest);
      await put({ ...documentAt(1), digest: documentAt(1, { limit: 'another' }).digest });
      expect(await digestAt(1)).toBe(documentAt(1).digest);
    });

    test('Of each ledger the newest activations are kept, in whatever order they are put', async () => {
      await put(documentAt(1, {}, 'base.risk-gateway'));
      const activations = Array.from({ length: LAYER_DOCUMENTS_KEPT_MAX + 3 }, (_, index) => index * 2);
      await put(...activations.toReversed().map((activation) => documentAt(activation)));
      await put(documentAt(1), documentAt(1_000));
      const kept = await Promise.all([...activations, 1_000, 1].map((activation) => digestAt(activation)));
      expect(kept).toEqual([null, null, null, null, ...[...activations.slice(4), 1_000].map((each) => documentAt(each).digest), null]);
      expect(await digestAt(1, 'base.risk-gateway')).not.toBeNull();
    });

    test('A document of several megabytes is kept whole, one over the limit is not kept and leaves the others alone', async () => {
      await put({ ...documentAt(1), body: bodyOf(LAYER_DOCUMENT_CHARACTERS_MAX) });
      await put({ ...documentAt(2), body: bodyOf(LAYER_DOCUMENT_CHARACTERS_MAX + 1) });
      expect(JSON.stringify(await subject.documents.get(LEDGER, 1))).toHaveLength(LAYER_DOCUMENT_CHARACTERS_MAX);
      expect(await subject.documents.get(LEDGER, 2)).toBeNull();
    });
  });
}

/** So many characters of JSON: the store takes any for a body. */
function bodyOf(characters: number): LayerDocument['body'] {
  return 'x'.repeat(characters - 2);
}
