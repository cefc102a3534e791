// How a service reaches Kafka, as the environment says it.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { StartRefused } from './start-refused.js';
import { flag, text } from './variables.js';

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const BEGIN = '-----BEGIN CERTIFICATE-----';
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** What a refusal says where brokers are missing. */
export const KAFKA_BROKERS_RULE = 'expected host:port, several separated by commas';
const brokers = z
  .string({ error: KAFKA_BROKERS_RULE })
  .transform((given) => given.split(',').map((each) => each.trim()))
  .pipe(z.array(z.string().regex(/^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, KAFKA_BROKERS_RULE)));

/** The variables. */
export const kafkaSettings = {
  CONFLEDGER_KAFKA_BROKERS: brokers,
  CONFLEDGER_KAFKA_TLS: flag(false),
  CONFLEDGER_KAFKA_CA_FILE: text.optional(),
  CONFLEDGER_KAFKA_SASL_MECHANISM: z.enum(SASL_MECHANISMS, { error: `expected one of ${SASL_MECHANISMS.join(', ')}` }).optional(),
  CONFLEDGER_KAFKA_USERNAME: z.string().optional(),
  CONFLEDGER_KAFKA_PASSWORD: z.string().optional(),
};

/** In the shape that publisher and consumer of the feed take. */
export interface KafkaAccess {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  /** Whether brokers are spoken to over TLS; `ca` is the PEM of a private authority that they are then checked against, and no other. */
  readonly ssl: boolean | { readonly ca: string };
  /** Holds a password; never logged. Absent where brokers ask for none. */
  readonly sasl?: { readonly mechanism: (typeof SASL_MECHANISMS)[number]; readonly username: string; readonly password: string };
}

type KafkaValues = z.output<z.ZodObject<typeof kafkaSettings>>;

/** What the variables say. Throws StartRefused for credentials that are not whole, and for an authority that cannot be read or that nothing would use. */
export function kafkaOf(values: KafkaValues): KafkaAccess {
  const sasl = saslOf(values);
  return { brokers: values.CONFLEDGER_KAFKA_BROKERS, ssl: sslOf(values), ...(sasl === null ? {} : { sasl }) };
}

function sslOf({ CONFLEDGER_KAFKA_TLS: isTls, CONFLEDGER_KAFKA_CA_FILE: file }: KafkaValues): KafkaAccess['ssl'] {
  if (file === undefined) return isTls;
  if (isTls) return { ca: authorityOf(file) };
  // An authority without TLS would protect nothing.
  throw new StartRefused('CONFLEDGER_KAFKA_CA_FILE is set, but CONFLEDGER_KAFKA_TLS is not true. Set it to true, or leave the file out.');
}

function authorityOf(file: string): string {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch {
    throw new StartRefused('CONFLEDGER_KAFKA_CA_FILE: the file cannot be read. Correct the path, or let this user read it.');
  }
  if (!holdsCertificates(pem)) {
    throw new StartRefused(
      'CONFLEDGER_KAFKA_CA_FILE: the file holds no certificate in PEM, or not all of one. Name the certificate of the authority that signed those of the brokers.',
    );
  }
  return pem;
}

/** One or more, each of them whole: TLS would silently skip those that it cannot read, and then trust no broker. */
function holdsCertificates(pem: string): boolean {
  const whole = pem.match(CERTIFICATE) ?? [];
  return whole.length > 0 && whole.length === pem.split(BEGIN).length - 1 && whole.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function saslOf(values: KafkaValues): NonNullable<KafkaAccess['sasl']> | null {
  const { CONFLEDGER_KAFKA_SASL_MECHANISM: mechanism, CONFLEDGER_KAFKA_USERNAME: username, CONFLEDGER_KAFKA_PASSWORD: password } = values;
  if (mechanism === undefined) {
    if (username === undefined && password === undefined) return null;
    throw new StartRefused(
      `CONFLEDGER_KAFKA_SASL_MECHANISM is not set, but a user name or password is. Set it to one of ${SASL_MECHANISMS.join(', ')}.`,
    );
  }
  if (username === undefined)
    throw new StartRefused('CONFLEDGER_KAFKA_USERNAME is not set, but CONFLEDGER_KAFKA_SASL_MECHANISM is. Set it.');
  if (password === undefined)
    throw new StartRefused('CONFLEDGER_KAFKA_PASSWORD is not set, but CONFLEDGER_KAFKA_SASL_MECHANISM is. Set it.');
  return { mechanism, username, password };
}
