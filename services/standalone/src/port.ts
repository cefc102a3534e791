// Whether the port can be had, asked before anything is started, and where it is reached from here.
import { createServer } from 'node:net';
import { StartRefused, systemCode } from '@confledger/process/start-refused';

/** Binds and lets go. Throws StartRefused when the address cannot be bound. */
export async function checkPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen({ host, port }, resolve));
  } catch (error) {
    throw refusal(host, port, error);
  }
  await new Promise((resolve) => probe.close(resolve));
}

/** What a failed bind means to the user. */
export function refusal(host: string, port: number, error: unknown): Error {
  const code = systemCode(error);
  if (code === 'EADDRINUSE')
    return new StartRefused(
      `Port ${port} on ${host} is taken. Stop what listens there, or start with another one: PORT=${port === 65_535 ? 8012 : port + 1} npm start`,
    );
  if (code === 'EACCES')
    return new StartRefused(
      `Port ${port} on ${host} needs rights that this user does not have. Choose one above 1023: PORT=8011 npm start`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new StartRefused(
      `HOST is '${host}', which is not an address of this machine. Leave it out for 127.0.0.1, or use 0.0.0.0 for all.`,
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** The url that a process on this machine reaches the api at, also where it listens on every address. */
export function localUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
