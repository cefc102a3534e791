// The health of a service that is still being started: it waits for something, says for what, and answers probes.
import type { HealthSource } from './health-server.js';

export interface Starting {
  readonly source: HealthSource;
  /** Says what the start waits for, in a sentence without credentials. */
  waitsFor(problem: string): void;
}

/** A part that is unhealthy until the sources of the running part take its place. */
export function starting(name: string): Starting {
  let problem: string | null = null;
  return {
    source: {
      name,
      unknown: 'the part is being started',
      report: () =>
        Promise.resolve({ healthy: false, details: { state: problem === null ? 'starting' : 'waiting', problem }, metrics: [] }),
    },
    waitsFor: (text) => (problem = text),
  };
}
