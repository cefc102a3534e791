// The in-memory read model under the rules of its port.
import { InMemoryReadModel } from '@confledger/application/testing';
import { readModelConformance } from './read-model.js';

readModelConformance('InMemoryReadModel', () => {
  const model = new InMemoryReadModel();
  return Promise.resolve({ readModel: model, store: model, close: () => model.close() });
});
