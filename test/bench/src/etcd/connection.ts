// A connection to etcd, with one call under way.

export interface EtcdConnection {
  /** A call with one answer. Rejects where gRPC says that it failed. */
  unary(path: string, message: Buffer): Promise<void>;
  /** A call that goes on until the connection is closed. */
  stream(path: string, message: Buffer, onMessage: (message: Buffer) => void): void;
  close(): void;
}
