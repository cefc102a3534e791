// Warns where a server that speaks plain HTTP is reached from other machines: what they send can be read on the way.
import { BlockList, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;

/** The warning for a server of plain HTTP that listens at `address` (an IP address) and `port`; null on loopback addresses. */
export function clearTextWarning({ address, port }: { readonly address: string; readonly port: number }): string | null {
  const plain = address.replace(MAPPED_IPV4, '');
  if (LOOPBACK.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')) return null;
  return (
    `HOST lets other machines reach this server at ${address}, and it speaks plain HTTP: their tokens and values travel in clear text. ` +
    'Put a proxy that speaks TLS in front and let only it reach this port, or leave HOST out for 127.0.0.1 and come through a tunnel: ' +
    `ssh -N -L ${port}:127.0.0.1:${port} <this machine>`
  );
}
