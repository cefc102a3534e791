// Whether a path names a secret by its words: such a value is asked for without echo, and never taken from the command line.
import { parsePath } from '@confledger/document/json-and-paths';

/** A segment is a secret's when its words end in one of these, singular or plural. */
const SECRETS = [
  ...['api key', 'access key', 'secret', 'secret key', 'private key', 'encryption key', 'signing key', 'master key'],
  ...['password', 'passphrase', 'passwd', 'pin', 'access token', 'auth token', 'refresh token', 'bearer token'],
  ...['mnemonic', 'seed phrase', 'credential', 'dsn', 'connection string'],
];

/** A number or a boolean is no secret because of a segment above it: `secrets.rotation.days`. */
export function isSecretByName(path: string, valueIsText: boolean): boolean {
  const parsed = parsePath(path);
  if (!parsed.ok) return false;
  const segments = parsed.value.map(wordsOf);
  const last = segments.at(-1) ?? '';
  if (endsInSecret(last)) return true;
  if (!valueIsText) return false;
  return /(?:^| )tokens?$/.test(last) || segments.some(endsInSecret);
}

function endsInSecret(words: string): boolean {
  return SECRETS.some((secret) => new RegExp(`(?:^| )${secret}s?$`).test(words));
}

/** `apiKey`, `API_KEY` and `api-key` are `api key`. */
function wordsOf(segment: string): string {
  return segment
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
}
