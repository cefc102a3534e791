// The rule that finds secrets by the names on their paths. golden/secret-names.json has examples; a release may add to the lists and takes nothing
// away.

/** Words at the end of a name that say nothing of what it is. */
const TRAILING = new Set(['old', 'new', 'current', 'previous', 'backup', 'hex', 'base64', 'pem', 'value', 'raw']);

const SECRET_NAMES = new Set([
  ...['apikey', 'accesskey', 'secret', 'secretkey', 'privatekey', 'privkey', 'encryptionkey', 'signingkey', 'masterkey', 'hmackey'],
  ...['authkey', 'sshkey', 'password', 'passwd', 'pwd', 'pass', 'passphrase', 'passcode', 'pin', 'pincode', 'mnemonic', 'seedphrase'],
  ...['seedword', 'recoveryphrase', 'credential', 'dsn', 'connectionstring', 'connstring', 'authorization', 'jwt', 'webhookurl'],
  ...['access', 'auth', 'refresh', 'bearer', 'bot', 'api', 'session', 'service', 'vault', 'ws', 'id'].map((of) => `${of}token`),
]);
/** Words written together with what is in front of them: `binanceapikey`. */
const SECRET_ENDINGS = ['apikey', 'apisecret', 'secretkey', 'privatekey', 'password', 'passphrase'];
/** Too common as parts of other words to count for what lies below them. */
const OF_LEAVES_ONLY = new Set(['pin', 'pass']);
/** `key` is secret directly below these. */
const KEY_OWNERS = new Set(['api', 'private', 'secret', 'master', 'tls', 'exchange']);
/** What is said beside a secret: a name above counts for no leaf that ends so. */
const BESIDE_SECRETS = new Set([
  ...['user', 'username', 'provider', 'region', 'path', 'file', 'name', 'type', 'host', 'port', 'url', 'id', 'ttl', 'policy', 'algorithm'],
  ...['address', 'enabled'],
]);
/** Words of a name that are joined at most. */
const JOINED_WORDS_MAX = 3;

/** Whether the names on a path, or a single name such as a variable's, say that what stands there is a secret. */
export function isSecretName(segments: readonly string[]): boolean {
  const names = segments.map(wordsOf);
  const own = names.at(-1) ?? [];
  const above = names.slice(0, -1);
  if (isSecretWords(own) || isToken(own) || isKeyOf(own, above.at(-1))) return true;
  return !BESIDE_SECRETS.has(own.at(-1) ?? '') && above.some((words) => isSecretWords(words, OF_LEAVES_ONLY));
}

/** The words of a name in lower case, without those at its end that say nothing. */
function wordsOf(name: string): string[] {
  const words = name
    .normalize('NFKC')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  while (words.length > 1 && isTrailing(words.at(-1) ?? '')) words.pop();
  const last = words.pop();
  return last === undefined ? [] : [...words, TRAILING.has(last) ? last : last.replace(/(?<=\p{L})\p{N}+$/u, '')];
}

const isTrailing = (word: string): boolean => TRAILING.has(word) || /^(v?\p{N}+)$/u.test(word);

function isSecretWords(words: readonly string[], except: ReadonlySet<string> = NONE): boolean {
  for (let count = 1; count <= Math.min(JOINED_WORDS_MAX, words.length); count++) {
    const joined = words.slice(-count).join('');
    const singular = SECRET_NAMES.has(joined) ? joined : joined.replace(/s$/, '');
    if (SECRET_NAMES.has(singular) && !except.has(singular)) return true;
  }
  const last = (words.at(-1) ?? '').replace(/s$/, '');
  return SECRET_ENDINGS.some((ending) => last.endsWith(ending));
}

const NONE: ReadonlySet<string> = new Set();

/** Tokens are traded, too: only a name that is nothing else counts. */
const isToken = (words: readonly string[]): boolean => words.length === 1 && words[0] === 'token';

const isKeyOf = (words: readonly string[], owner: readonly string[] | undefined): boolean =>
  words.length === 1 && words[0] === 'key' && KEY_OWNERS.has(owner?.at(-1) ?? '');
