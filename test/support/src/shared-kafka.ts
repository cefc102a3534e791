// The Kafka that the specs of a test run share: each with a namespace of its own. A spec that kills or pauses its broker starts one.
import type { SecuredKafka, TestKafka } from './kafka.js';
import { fromTestRun } from './test-run.js';

/** Nothing of it can be ended, killed or paused: other specs use it at the same time. */
export type SharedKafka = Pick<TestKafka, 'brokers'>;

/** As `SharedKafka`, over TLS, with a password. */
export type SharedSecuredKafka = Pick<SecuredKafka, 'brokers' | 'authorityFile' | 'strangerFile' | 'users'>;

/** Started at the first call of a test run, which takes up to a minute on a busy machine; ends with the run. */
export async function sharedKafka(): Promise<SharedKafka> {
  return JSON.parse(await fromTestRun('kafka')) as SharedKafka;
}

/** As `sharedKafka`, for a broker that asks for TLS and a password. */
export async function sharedSecuredKafka(): Promise<SharedSecuredKafka> {
  return JSON.parse(await fromTestRun('secured-kafka')) as SharedSecuredKafka;
}
