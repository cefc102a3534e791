// What it means to people that brokers cannot be used as the options say: one line that names what to check.
import type { KafkaConnection } from './client.js';
import { brokerErrorType, brokerOf, isNamed, systemErrorCode } from './error-details.js';

/** What Node answers for a certificate that no trusted authority has signed. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** What a server that speaks something else brings about; one that is stopped in that moment does too. */
const NO_TLS = /before secure TLS connection was established|wrong version number/;

/** Never holds a password. A fault that no setting explains keeps its own message. */
export function connectionProblem(error: unknown, { ssl = false, sasl }: Pick<KafkaConnection, 'ssl' | 'sasl'>): string {
  const said = error instanceof Error ? error.message : String(error);
  const at = brokerOf(error);
  const broker = at === null ? 'the broker' : `the broker at ${at}`;
  const mechanism = `the SASL mechanism ${sasl?.mechanism ?? ''}`;
  const type = brokerErrorType(error);
  if (type === 'UNSUPPORTED_SASL_MECHANISM') return `${broker} does not take ${mechanism}: check it`;
  if (type === 'ILLEGAL_SASL_STATE') return `${broker} takes no user name and password (SASL): check its port, or leave them out`;
  if (isNamed(error, 'KafkaJSSASLAuthenticationError'))
    return `${broker} refuses the user name or the password: check both, and ${mechanism}`;

  const code = systemErrorCode(error) ?? '';
  if (UNTRUSTED.has(code))
    return `no authority that is trusted here has signed the certificate of ${broker}: check that of the authority (CA) (${said})`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of ${broker} is one for other names: check how the broker is named (${said})`;
  if (NO_TLS.test(said))
    return `${broker} ended the connection before TLS began: if it goes on doing so, check its port, and whether it speaks TLS there (${said})`;

  // A broker says no more to those who come without TLS, or without saying who they are; one that is stopped does not either.
  const missing = [...(ssl === false ? ['TLS'] : []), ...(sasl === undefined ? ['a user name and a password (SASL)'] : [])];
  if (!isNamed(error, 'KafkaJSConnectionClosedError') || missing.length === 0) return said;
  return `${broker} closed the connection: if it goes on doing so, check whether it asks for ${missing.join(', or for ')}`;
}
