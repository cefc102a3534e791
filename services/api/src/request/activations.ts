// The number of an activation, as it stands in a URL.
import { RequestRefused } from '../errors/request-refused.js';

/** The revision that names an activation. */
export function activationNumber(text: string): number {
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  throw RequestRefused.of('ACTIVATION_INVALID', { path: 'activation' });
}
