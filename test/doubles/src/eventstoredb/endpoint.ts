// Where a node of the EventStoreDB double is reached.

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}
