// The in-memory heartbeats of apis under the rules of their port.
import { InMemoryApiHeartbeats } from '@confledger/application/testing';
import { apiHeartbeatsConformance } from './api-heartbeats.js';

apiHeartbeatsConformance('InMemoryApiHeartbeats', async () => {
  let time = Date.parse('2026-07-01T12:00:00.000Z');
  const heartbeats = new InMemoryApiHeartbeats({ now: () => time });
  return {
    heartbeats,
    kept: async () => heartbeats.keptCount,
    age: async (ms) => void (time += ms),
    close: async () => undefined,
  };
});
