// Explains why a service cannot listen at its address.
import { refusedWhen, systemCode } from './start-refused.js';

/** Does what begins to listen at `host` and `port`; rejects with StartRefused where that address cannot be had. */
export function listening<T>({ host, port }: { readonly host: string; readonly port: number }, listen: () => Promise<T>): Promise<T> {
  return refusedWhen(listen, (error) => {
    switch (systemCode(error)) {
      case 'EADDRINUSE':
        return `PORT: port ${port} on ${host} is taken. Stop what listens there, or set PORT to another one.`;
      case 'EACCES':
        return `PORT: port ${port} needs rights that this user does not have. Set PORT to one above 1023.`;
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        return `HOST: '${host}' is not an address of this machine. Leave it out for 127.0.0.1, or set it to 0.0.0.0 for all.`;
      default:
        return null;
    }
  });
}
