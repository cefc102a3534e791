// The in-memory node reports under the rules of their port.
import { InMemoryNodeReports } from '@confledger/application/testing';
import { nodeReportsConformance } from './node-reports.js';

nodeReportsConformance('InMemoryNodeReports', () =>
  Promise.resolve({ reports: new InMemoryNodeReports(), close: () => Promise.resolve() }),
);
