// What makes the broker of the tests ask for TLS and a password: an authority of its own, its certificate, its users.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';

export interface KafkaUser {
  readonly username: string;
  readonly password: string;
}

export interface KafkaSecurity {
  /** PEM of the authority that signed the broker's certificate. */
  readonly authorityFile: string;
  /** PEM of an authority that signed nothing here. */
  readonly strangerFile: string;
  /** Who may come in, by mechanism. */
  readonly users: Readonly<Record<'plain' | 'scram-sha-512', KafkaUser>>;
  /** Server properties that take the place of plain ones. */
  readonly propertiesAt: (port: number, controllerPort: number) => string;
  /** For the formatting of the storage. */
  readonly storageOptions: readonly string[];
}

const run = promisify(execFile);
const PLAIN_MODULE = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const SCRAM_MODULE = 'org.apache.kafka.common.security.scram.ScramLoginModule';

/** Makes keys and certificates in the directory, with the keytool that Java brings along. */
export async function securityOf(directory: string): Promise<KafkaSecurity> {
  const storePassword = secret();
  const [authorityFile, strangerFile] = await Promise.all([
    authority(path.join(directory, 'broker.p12'), storePassword),
    authority(path.join(directory, 'stranger.p12'), storePassword),
  ]);
  const keystore = path.join(directory, 'broker.p12');
  const store = storeOptions(keystore, storePassword);
  await run('keytool', [
    '-genkeypair',
    '-alias',
    'broker',
    '-signer',
    'authority',
    '-dname',
    'CN=broker',
    '-ext',
    'san=ip:127.0.0.1',
    ...KEY,
    ...store,
  ]);
  // It has signed; a broker with two keys might show the wrong one.
  await run('keytool', ['-delete', '-alias', 'authority', ...store]);
  await run('keytool', [
    '-importcert',
    '-noprompt',
    '-alias',
    'trusted',
    '-file',
    authorityFile,
    ...storeOptions(path.join(directory, 'trusted.p12'), storePassword),
  ]);
  const users = { plain: { username: 'plain-user', password: secret() }, 'scram-sha-512': { username: 'scram-user', password: secret() } };
  const broker = { username: 'broker', password: secret() };
  return {
    authorityFile,
    strangerFile,
    users,
    propertiesAt: (port, controllerPort) =>
      [
        `listeners=SASL_SSL://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
        `advertised.listeners=SASL_SSL://127.0.0.1:${port}`,
        'listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
        'inter.broker.listener.name=SASL_SSL',
        'sasl.mechanism.inter.broker.protocol=PLAIN',
        'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512',
        `listener.name.sasl_ssl.plain.sasl.jaas.config=${PLAIN_MODULE} required username="${broker.username}" password="${broker.password}" ${[broker, users.plain].map(({ username, password }) => `user_${username}="${password}"`).join(' ')};`,
        `listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=${SCRAM_MODULE} required;`,
        'ssl.keystore.type=PKCS12',
        `ssl.keystore.location=${keystore}`,
        `ssl.keystore.password=${storePassword}`,
        'ssl.truststore.type=PKCS12',
        `ssl.truststore.location=${path.join(directory, 'trusted.p12')}`,
        `ssl.truststore.password=${storePassword}`,
      ].join('\n'),
    storageOptions: ['--add-scram', `SCRAM-SHA-512=[name=${users['scram-sha-512'].username},password=${users['scram-sha-512'].password}]`],
  };
}

const KEY = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2'];

/** A new authority in a new keystore; answers the file with its certificate. */
async function authority(keystore: string, storePassword: string): Promise<string> {
  const file = `${keystore}.pem`;
  const store = storeOptions(keystore, storePassword);
  await run('keytool', ['-genkeypair', '-alias', 'authority', '-dname', 'CN=authority', '-ext', 'bc:c', ...KEY, ...store]);
  await run('keytool', ['-exportcert', '-rfc', '-alias', 'authority', '-file', file, ...store]);
  return file;
}

function storeOptions(keystore: string, storePassword: string): string[] {
  return ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', storePassword];
}

/** Letters and digits only: it stands between quotes and brackets. */
function secret(): string {
  return randomBytes(16).toString('hex');
}
