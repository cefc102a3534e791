// A real Kafka of its own in a temporary directory, for the engine tests. Nothing of it is left after stop().
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatStorage, kafkaJars, serverProperties, startBroker, type KafkaProcess } from './kafka-process.js';
import { securityOf, type KafkaSecurity } from './kafka-security.js';

export interface TestKafka {
  readonly brokers: string[];
  /** False for the brokers of CONFLEDGER_TEST_KAFKA_BROKERS, which cannot be killed. */
  readonly ours: boolean;
  /** Ends the broker and deletes its data. Idempotent. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again at the same address, on the data that it had. Kills it first when it runs. */
  restart(): Promise<void>;
  /** SIGSTOP: it holds its connections, takes new ones, and answers nothing. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** One that speaks over TLS only, with those who say who they are. Always ours. */
export interface SecuredKafka extends TestKafka, Pick<KafkaSecurity, 'authorityFile' | 'strangerFile' | 'users'> {}

const START_ATTEMPTS = 3;

/** A broker on free ports of 127.0.0.1, or those that CONFLEDGER_TEST_KAFKA_BROKERS names, separated by commas. */
export async function startKafka(): Promise<TestKafka> {
  const given = process.env['CONFLEDGER_TEST_KAFKA_BROKERS'] ?? '';
  if (given !== '') return theirs(given.split(',').map((broker) => broker.trim()));
  return attempted((jars) => startOurs(jars, null));
}

/** A broker whose certificate a private authority has signed, and that asks for a password, by PLAIN or SCRAM-SHA-512. */
export function startSecuredKafka(): Promise<SecuredKafka> {
  return attempted(async (jars) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'confledger-kafka-keys-'));
    try {
      const security = await securityOf(directory);
      const kafka = await startOurs(jars, security);
      const stop = (): Promise<void> => kafka.stop().then(() => rm(directory, { recursive: true, force: true }));
      return { ...kafka, ...security, stop };
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  });
}

async function attempted<T>(start: (jars: string) => Promise<T>): Promise<T> {
  const jars = await kafkaJars();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(jars);
    } catch (error) {
      // Another process may have taken a port between our look and the broker's bind.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

function theirs(brokers: string[]): TestKafka {
  const refuse = (): Promise<never> => Promise.reject(new Error('the brokers of CONFLEDGER_TEST_KAFKA_BROKERS are not ours to kill'));
  return { brokers, ours: false, stop: () => Promise.resolve(), kill: refuse, restart: refuse, pause: refuse, resume: refuse };
}

async function startOurs(jars: string, security: KafkaSecurity | null): Promise<TestKafka> {
  const directory = await mkdtemp(path.join(tmpdir(), 'confledger-kafka-'));
  const [port, controllerPort] = await freePorts();
  let broker: KafkaProcess;
  try {
    const properties = path.join(directory, 'server.properties');
    const plain = await serverProperties({ directory, port, controllerPort });
    await writeFile(properties, security === null ? plain : `${plain}\n${security.propertiesAt(port, controllerPort)}`, { mode: 0o600 });
    await formatStorage(jars, properties, security?.storageOptions);
    broker = await startBroker(jars, directory, port);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  let killed = false;
  let stopped: Promise<void> | undefined;
  const kill = async (): Promise<void> => {
    if (!killed) await broker.kill();
    killed = true;
  };
  return {
    brokers: [`127.0.0.1:${port}`],
    ours: true,
    stop: () => (stopped ??= broker.stop()),
    kill,
    restart: async () => {
      await kill();
      broker = await startBroker(jars, directory, port);
      killed = false;
    },
    pause: async () => broker.pause(),
    resume: async () => broker.resume(),
  };
}

/** Both at once, so that they are two. */
async function freePorts(): Promise<readonly [number, number]> {
  const probes = [createServer(), createServer()];
  const ports: number[] = [];
  for (const probe of probes) {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
    ports.push((probe.address() as AddressInfo).port);
  }
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
