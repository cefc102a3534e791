// SCRAM verifiers: what Postgres stores of a password. Computed here, so that no password is part of a statement, which the server may log.
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** The default of Postgres. */
const ITERATIONS = 4_096;
const PASSWORD = /^[\x21-\x7e]{16,256}$/;

/** The rule for a role's password: no preparation (RFC 4013) changes such a one, and it is long enough not to be guessed. */
export const ROLE_PASSWORD_RULE = 'expected one word of 16 to 256 printable ASCII characters';

/** Whether a role may have this password. */
export function isRolePassword(password: string): boolean {
  return PASSWORD.test(password);
}

/** The SCRAM-SHA-256 verifier (RFC 5803) of a password, as `PASSWORD '…'` takes it. Throws a TypeError for one that breaks the rule. */
export async function scramVerifier(password: string): Promise<string> {
  if (!isRolePassword(password)) throw new TypeError(`The password of a role cannot be used: ${ROLE_PASSWORD_RULE}.`);
  const salt = randomBytes(SALT_BYTES);
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const keyOf = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${keyOf('Server Key').toString('base64')}`;
}
