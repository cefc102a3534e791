// The in-memory blocked ledgers under the rules of their port.
import { InMemoryInheritanceBlocks } from '@confledger/application/testing';
import { inheritanceBlocksConformance } from './inheritance-blocks.js';

inheritanceBlocksConformance('InMemoryInheritanceBlocks', () =>
  Promise.resolve({ blocks: new InMemoryInheritanceBlocks(), close: () => Promise.resolve() }),
);
