// Runs the broker of infra/engines/kafka as a process that cannot outlive this one, not even a kill -9.
import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';

export interface KafkaProcess {
  /** kill -9: the data stays, for a start on the same directory. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  pause(): void;
  resume(): void;
  /** Ends the broker at once and removes its directory. */
  stop(): Promise<void>;
}

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = path.join(root, 'infra/engines/kafka');
const START_TIMEOUT_MS = 60_000;
const JVM_OPTIONS = ['-Xmx384m', '-Xms128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/**
 * $1 is the directory, the rest is the broker's command line; its process id comes first on standard output. When standard input
 * ends (we closed it, or died), the broker is killed and the directory removed. A broker that ends by itself leaves its directory.
 */
const SUPERVISOR = `
exec 3<&0
directory=$1; shift
"$@" </dev/null >>"$directory/log" 2>&1 3<&- & server=$!
echo $server
{ cat <&3 >/dev/null; touch "$directory/ending"; kill -KILL $server; } 2>/dev/null & watcher=$!
wait $server
kill $watcher 2>/dev/null
if [ -e "$directory/ending" ]; then rm -rf "$directory"; fi`;

/** Where the broker's jars are; fetched by Maven the first time. Rejects with what to install when that cannot be done. */
export async function kafkaJars(): Promise<string> {
  const pom = await readFile(path.join(folder, 'pom.xml'), 'utf8');
  const version = /<artifactId>kafka_[^<]*<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1];
  if (version === undefined) throw new Error('infra/engines/kafka/pom.xml names no version of kafka');
  const cache = path.join(root, '.cache', `kafka-${version}`);
  const jars = path.join(cache, 'libs');
  if (await exists(jars)) return jars;
  await mkdir(cache, { recursive: true });
  // Whole or not at all: another run may fetch them at the same time.
  const fetched = path.join(cache, `fetching-${randomUUID()}`);
  const args = [
    '-q',
    '-B',
    '-f',
    path.join(folder, 'pom.xml'),
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${fetched}`,
  ];
  try {
    await run('mvn', args).catch((error: unknown) => {
      throw new Error('Kafka for the tests is fetched by Maven once: install mvn and java, or set CONFLEDGER_TEST_KAFKA_BROKERS', {
        cause: error,
      });
    });
    await rename(fetched, jars).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))) throw error;
    });
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
  return jars;
}

/** The template with its values. */
export async function serverProperties(values: Readonly<Record<string, string | number>>): Promise<string> {
  const template = await readFile(path.join(folder, 'server.properties'), 'utf8');
  return template.replace(/^#.*\n/gm, '').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** `more` is added to the command line: users that are there from the first start. */
export async function formatStorage(jars: string, propertiesFile: string, more: readonly string[] = []): Promise<void> {
  const java = [...JVM_OPTIONS, '-cp', `${jars}/*`, 'kafka.tools.StorageTool'];
  // Any UUID in base64url; 'x' keeps it from looking like an option.
  const clusterId = `x${randomBytes(16).toString('base64url').slice(1)}`;
  await run('java', [...java, 'format', '--standalone', '-t', clusterId, '-c', propertiesFile, ...more]);
}

/** Resolves when the broker takes connections. Rejects with the end of its log when it ends before. */
export async function startBroker(jars: string, directory: string, port: number): Promise<KafkaProcess> {
  const logging = `-Dlog4j2.configurationFile=${path.join(folder, 'log4j2.properties')}`;
  const command = ['java', ...JVM_OPTIONS, logging, '-cp', `${jars}/*`, 'kafka.Kafka', path.join(directory, 'server.properties')];
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', directory, ...command], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running = false;
      child.stdin.end();
      resolve();
    });
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString().trim())));
  });
  const stop = async (): Promise<void> => {
    child.ref();
    child.stdin.end();
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await eventually(() => !running || accepts(port), { timeoutMs: START_TIMEOUT_MS });
    if (!running) throw new Error('the broker ended at its start');
  } catch (error) {
    const log = await readFile(path.join(directory, 'log'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`Kafka did not start:\n${log.slice(-4_000)}`, { cause: error });
  }
  child.unref();
  return {
    stop,
    kill: async () => {
      process.kill(pid, 'SIGKILL');
      await ended;
    },
    pause: () => void process.kill(pid, 'SIGSTOP'),
    resume: () => void process.kill(pid, 'SIGCONT'),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
