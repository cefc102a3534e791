// The port to the heartbeats of apis: one row per running process, lost without harm.

/** What a running api says of itself. */
export interface ApiIdentity {
  /** New at every start of the process. */
  readonly id: string;
  readonly release: string;
  /** What it supports that an older release may lack, by name. */
  readonly features: readonly string[];
}

/** A heartbeat as it is kept. */
export interface ApiHeartbeat extends ApiIdentity {
  /** When it was written, by the clock of the store, which all apis share. ISO 8601, UTC, milliseconds. */
  readonly heartbeatAt: string;
}

/** Age at which a heartbeat expires: three are missing then. */
export const API_HEARTBEAT_EXPIRES_MS = 20_000;
/** Most apis that a list names. */
export const LIVE_APIS_LISTED_MAX = 100;

export interface ApiHeartbeats {
  /** Writes the heartbeat of an api, which replaces its last one, and removes those that have expired. */
  write(api: ApiIdentity): Promise<void>;
  /** Removes the heartbeat of an api that stops. */
  remove(id: string): Promise<void>;
  /** The heartbeats that have not expired, by id, at most LIVE_APIS_LISTED_MAX. */
  list(): Promise<readonly ApiHeartbeat[]>;
}
