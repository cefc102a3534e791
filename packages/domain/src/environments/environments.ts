// All environments of an installation as an aggregate: one stream, so that the graph of inheritance is decided without a race.
import type { Aggregate } from '../stream/aggregate.js';
import type { EnvironmentsTypes } from './commands.js';
import { decideEnvironments } from './decisions.js';
import { ENVIRONMENTS_EVENTS } from './events.js';
import { applyEnvironments } from './state.js';

/** The name of the stream. */
export const ENVIRONMENTS_STREAM = 'environments';

export const environmentsAggregate: Aggregate<EnvironmentsTypes> = {
  streamOf: () => ENVIRONMENTS_STREAM,
  idOf: () => null,
  events: ENVIRONMENTS_EVENTS,
  schemaVersionOf: () => 1,
  apply: applyEnvironments,
  decide: ({ state }, command, context) => decideEnvironments(state, command, context),
  snapshots: null,
  sizeOf: ({ environments }) => environments.size,
};
