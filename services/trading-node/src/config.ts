// What the environment variables of the trading node say, checked. Everything but main.ts gets the values handed in.
//
// | variable                    | meaning                                                        | default               |
// |-----------------------------|----------------------------------------------------------------|-----------------------|
// | CONFLEDGER_FEED             | where activations come from: http (the api) or kafka           | http                  |
// | CONFLEDGER_URL              | where the api is; over Kafka it gets reports only, by a token  | http://127.0.0.1:8011 |
// | CONFLEDGER_TOKEN            | bearer token that may read and report                          | none                  |
// | CONFLEDGER_TOKEN_FILE       | file that holds it, instead                                    | none                  |
// | CONFLEDGER_PUBLIC_KEY       | the installation's key, from /status; several with commas      | must be given         |
// | CONFLEDGER_ENVIRONMENT      | the environment to follow                                      | production            |
// | CONFLEDGER_SERVICE          | the service to follow                                          | trading-engine        |
// | CONFLEDGER_NODE_NAME        | how the node is called in /nodes                               | host and process id   |
// | CONFLEDGER_ORIGIN           | the ledger's id; only this one is run                          | the first that ran    |
// | CONFLEDGER_CACHE_FILE       | where the last good snapshot is kept                           | none                  |
// | CONFLEDGER_CACHE_MAX_AGE_MS | how long it may be unconfirmed and still be started from       | no limit              |
// | CONFLEDGER_NAMESPACE        | over Kafka: what the installation's topic begins with          | confledger            |
// | CONFLEDGER_KAFKA_BROKERS    | over Kafka: host:port, several with commas                     | must then be given    |
// | CONFLEDGER_KAFKA_…          | TLS, CA_FILE, SASL_MECHANISM, USERNAME, PASSWORD, as the relay | no TLS, no password   |
// | HOST, PORT                  | where /status and /health are served; port 0 is any free one   | 127.0.0.1, 8014       |
import { readFileSync } from 'node:fs';
import {
  type Environment,
  host,
  KAFKA_BROKERS_RULE,
  type KafkaAccess,
  kafkaOf,
  kafkaSettings,
  name,
  port,
  readSettings,
  StartRefused,
  text,
} from '@confledger/process';
import { z } from 'zod';

const URL_RULE = 'expected http://host:port, without a user name or password';
const FEEDS = ['http', 'kafka'] as const;

const variables = z.object({
  CONFLEDGER_FEED: z.enum(FEEDS, { error: `expected one of ${FEEDS.join(', ')}` }).default('http'),
  CONFLEDGER_URL: z
    .url({ protocol: /^https?$/, error: URL_RULE })
    // They would end in logs, and the api takes a token.
    .refine((url) => !/^[^/]+\/\/[^/]*@/.test(url), URL_RULE)
    .default('http://127.0.0.1:8011'),
  CONFLEDGER_TOKEN: text.optional(),
  CONFLEDGER_TOKEN_FILE: text.optional(),
  CONFLEDGER_PUBLIC_KEY: z
    .string({ error: 'expected the public key that GET /api/v1/status of the api shows' })
    .transform((keys) => keys.split(',').map((key) => key.trim())),
  CONFLEDGER_ENVIRONMENT: name.default('production'),
  CONFLEDGER_SERVICE: name.default('trading-engine'),
  CONFLEDGER_NODE_NAME: text.optional(),
  CONFLEDGER_ORIGIN: text.optional(),
  CONFLEDGER_CACHE_FILE: text.optional(),
  CONFLEDGER_CACHE_MAX_AGE_MS: z.coerce.number({ error: 'expected milliseconds' }).positive('expected milliseconds above 0').optional(),
  CONFLEDGER_NAMESPACE: name.default('confledger'),
  ...kafkaSettings,
  CONFLEDGER_KAFKA_BROKERS: kafkaSettings.CONFLEDGER_KAFKA_BROKERS.optional(),
  HOST: host,
  PORT: port(8014),
});

/** Where activations come from. */
export type FeedChoice =
  | { readonly kind: 'http' }
  /** `access` holds a password and is never logged. */
  | { readonly kind: 'kafka'; readonly access: KafkaAccess; readonly namespace: string };

export interface TradingNodeConfig {
  readonly feed: FeedChoice;
  /** The api. */
  readonly url: string;
  /** Never logged. */
  readonly token: string | undefined;
  readonly publicKeys: readonly string[];
  readonly environment: string;
  readonly service: string;
  readonly nodeName: string | undefined;
  readonly origin: string | undefined;
  readonly cacheFile: string | undefined;
  readonly cacheMaxAgeMs: number | undefined;
  readonly host: string;
  readonly port: number;
}

/** Reads the configuration; throws StartRefused, which names the variables but never a value. */
export function readConfig(environment: Environment): TradingNodeConfig {
  const values = readSettings(variables, environment);
  return {
    feed: feedOf(values),
    url: values.CONFLEDGER_URL,
    token: values.CONFLEDGER_TOKEN ?? tokenOfFile(values.CONFLEDGER_TOKEN_FILE),
    publicKeys: values.CONFLEDGER_PUBLIC_KEY,
    environment: values.CONFLEDGER_ENVIRONMENT,
    service: values.CONFLEDGER_SERVICE,
    nodeName: values.CONFLEDGER_NODE_NAME,
    origin: values.CONFLEDGER_ORIGIN,
    cacheFile: values.CONFLEDGER_CACHE_FILE,
    cacheMaxAgeMs: values.CONFLEDGER_CACHE_MAX_AGE_MS,
    host: values.HOST,
    port: values.PORT,
  };
}

function feedOf(values: z.output<typeof variables>): FeedChoice {
  const { CONFLEDGER_FEED: kind, CONFLEDGER_KAFKA_BROKERS: brokers, CONFLEDGER_NAMESPACE: namespace } = values;
  switch (kind) {
    case 'http':
      return { kind };
    case 'kafka':
      if (brokers !== undefined) return { kind, access: kafkaOf({ ...values, CONFLEDGER_KAFKA_BROKERS: brokers }), namespace };
      throw new StartRefused(`CONFLEDGER_KAFKA_BROKERS is not set, but CONFLEDGER_FEED is kafka: ${KAFKA_BROKERS_RULE}. Set it.`);
  }
}

function tokenOfFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new StartRefused('CONFLEDGER_TOKEN_FILE: the file cannot be read. Correct the path, or let this user read it.');
  }
}
