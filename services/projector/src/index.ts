// The projector as a part of a process.
export { startProjector } from './start-projector.js';
export type { ProjectorStatus, RunningProjector, StartProjectorOptions } from './start-projector.js';
