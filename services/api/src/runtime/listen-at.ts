// Begins to listen, and warns where tokens would cross a network in clear text.
import { clearTextWarning } from '@confledger/process';
import type { FastifyInstance } from 'fastify';

/** Connections that may wait to be accepted: a fleet that comes back all at once. Node's 511 would leave many of it to the retries of TCP. */
const BACKLOG = 4_096;

interface WarningLogger {
  warn(details: { readonly [name: string]: unknown }, message: string): void;
}

/** Listens, and gives the address. Warns once, where other machines reach it. */
export async function listenAt(
  app: Pick<FastifyInstance, 'listen' | 'addresses'>,
  { host, port }: { readonly host: string; readonly port: number },
  logger: WarningLogger,
): Promise<string> {
  const url = await app.listen({ host, port, backlog: BACKLOG });
  // Fastify's type allows paths of Unix sockets too; those are reached from this machine alone.
  const [warning] = app.addresses().flatMap((address) => (typeof address === 'string' ? [] : (clearTextWarning(address) ?? [])));
  if (warning !== undefined) logger.warn({ host }, warning);
  return url;
}
