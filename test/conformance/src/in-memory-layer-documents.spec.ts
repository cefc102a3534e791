// The in-memory documents of layers under the rules of their port.
import { InMemoryLayerDocuments } from '@confledger/application/testing';
import { layerDocumentsConformance } from './layer-documents.js';

layerDocumentsConformance('InMemoryLayerDocuments', () =>
  Promise.resolve({ documents: new InMemoryLayerDocuments(), close: () => Promise.resolve() }),
);
