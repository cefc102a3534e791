// A whole distributed installation: apis, projectors, relays and trading programs as processes, on an event store, a Kafka and a Postgres
// that can each be cut off. Every engine spec of this folder starts one.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, freshDatabase, throughProxy, type TcpProxy, type SharedKafka } from '@confledger/test-support';
import { type ApiCaller, apiCaller } from '../api-caller.js';
import { Follower } from './follower.js';
import { type Environment, Part } from './part.js';
import { openStore, proxyTo, type StoreKind, type StoreUnderTest } from './stores.js';

export interface InstallationOptions {
  readonly kafka: SharedKafka;
  readonly store: StoreKind;
  /** Variables of every part, over those that are set here. */
  readonly settings?: Environment;
  /** Beside that of the administrator, by the actor whose it is. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** How many there are of each; one by default. */
  readonly apis?: number;
  readonly projectors?: number;
  readonly relays?: number;
  readonly partitions?: number;
  /** Services that are followed by a trading program each, from the start. */
  readonly follow?: readonly string[];
}

const LONG = { timeoutMs: 60_000 };
const PARTITIONS = 3;

function many(name: Part['name'], count: number): Part['name'][] {
  return Array.from({ length: Math.max(0, count) }, () => name);
}

export class Installation {
  readonly apis: Part[] = [];
  readonly projectors: Part[] = [];
  readonly relays: Part[] = [];
  readonly followers: Follower[] = [];
  readonly namespace: string;
  readonly kafka: SharedKafka;
  readonly store: StoreUnderTest;
  /** Beside the proxies. */
  readonly databaseUrl: string;
  /** Between the parts and the read model. */
  readonly readModelProxy: TcpProxy;
  readonly #folder: string;
  readonly #environment: Environment;
  #publicKey = '';
  #turn = 0;

  private constructor(
    base: Pick<Installation, 'namespace' | 'kafka' | 'store' | 'databaseUrl' | 'readModelProxy'>,
    folder: string,
    { partitions = PARTITIONS, settings = {} }: Pick<InstallationOptions, 'partitions' | 'settings'>,
  ) {
    const { namespace, kafka, store, databaseUrl, readModelProxy } = base;
    [this.namespace, this.kafka, this.store, this.databaseUrl, this.readModelProxy, this.#folder] = [
      namespace,
      kafka,
      store,
      databaseUrl,
      readModelProxy,
      folder,
    ];
    const readModelUrl = throughProxy(databaseUrl, readModelProxy);
    this.#environment = {
      CONFLEDGER_POSTGRES_URL: readModelUrl,
      CONFLEDGER_READ_MODEL_URL: readModelUrl,
      ...store.environment,
      CONFLEDGER_NAMESPACE: namespace,
      CONFLEDGER_DATA_DIR: path.join(folder, 'data'),
      CONFLEDGER_FEED: 'none',
      CONFLEDGER_KAFKA_BROKERS: kafka.brokers.join(','),
      CONFLEDGER_KAFKA_PARTITIONS: String(partitions),
      CONFLEDGER_KAFKA_REPLICATION_FACTOR: '1',
      CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: '1',
      ...settings,
    };
  }

  /** Resolves when every part serves, one projector and one relay are active, and each other one stands by. */
  static async start(options: InstallationOptions): Promise<Installation> {
    const { kafka, store: kind, apis = 1, projectors = 1, relays = 1, follow = [], tokens = {} } = options;
    const namespace = `t-${randomUUID()}`;
    const databaseUrl = await freshDatabase();
    const readModelProxy = await proxyTo(databaseUrl);
    const store = await openStore(kind, databaseUrl, namespace);
    const folder = mkdtempSync(path.join(tmpdir(), 'confledger distributed '));
    mkdirSync(path.join(folder, 'data'), { mode: 0o700 });
    for (const [actor, token] of Object.entries(tokens)) writeFileSync(path.join(folder, 'data', `${actor}.token`), token, { mode: 0o600 });
    const made = new Installation({ namespace, kafka, store, databaseUrl, readModelProxy }, folder, options);
    try {
      // The first makes keys and installation, which the others find.
      await made.addPart('api');
      const { body } = await made.caller().call('GET', '/status');
      made.#publicKey = (body.data as unknown as { readonly publicKey: { readonly publicKey: string } }).publicKey.publicKey;
      const others = [...many('api', apis - 1), ...many('projector', projectors), ...many('relay', relays)];
      await Promise.all(others.map((name) => made.addPart(name)));
      for (const service of follow) made.follow(service);
    } catch (error) {
      await made.close();
      throw error;
    }
    return made;
  }

  get publicKey(): string {
    return this.#publicKey;
  }

  /** The administrator's. */
  get token(): string {
    return readFileSync(path.join(this.#folder, 'data/admin.token'), 'utf8').trim();
  }

  get activeTopic(): string {
    return `${this.namespace}.active`;
  }

  get changesTopic(): string {
    return `${this.namespace}.changes`;
  }

  /** What its parts are started with, for one that a test starts in its own way. */
  get environment(): Environment {
    return this.#environment;
  }

  /** A relay that ends itself at a step: see relay-program.mjs. It is launched, and no more is waited for. */
  launchRelayProgram(more: Environment): Part {
    const part = new Part('relay', { ...this.#environment, ...more }, './relay-program.mjs');
    this.relays.push(part);
    part.launch();
    return part;
  }

  /** Resolves when it serves, whatever it waits for. */
  async startPart(name: Part['name'], more: Environment = {}): Promise<Part> {
    const part = new Part(name, { ...this.#environment, ...more });
    this.#all(name).push(part);
    await part.start();
    return part;
  }

  /** Resolves when it serves and, where one of several is active, knows whether it is the one. */
  async addPart(name: Part['name'], more: Environment = {}): Promise<Part> {
    const part = await this.startPart(name, more);
    if (name !== 'api') await eventually(async () => ['active', 'standby'].includes((await part.health())?.state ?? ''), LONG);
    return part;
  }

  /** A trading program that follows a service; it waits for the first activation by itself. */
  follow(service: string, sessionTimeoutMs?: number): Follower {
    const name = `${service}-${this.followers.length + 1}`;
    const { kafka, namespace, publicKey } = this;
    const cacheFile = path.join(this.#folder, `${name}.cache`);
    const follower = new Follower({
      brokers: kafka.brokers,
      namespace,
      service,
      name,
      publicKey,
      cacheFile,
      ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
    });
    this.followers.push(follower);
    follower.launch();
    return follower;
  }

  /** One of the apis that are alive, another at each call. */
  caller(): ApiCaller {
    const alive = this.apis.filter((api) => api.url() !== undefined);
    this.#turn += 1;
    const api = alive[this.#turn % alive.length];
    if (api === undefined) throw new Error('no api is alive');
    return this.callerOf(api);
  }

  callerOf(api: Part): ApiCaller {
    return apiCaller(api.url() ?? '', this.token);
  }

  /** The one that is active now. */
  active(name: 'projector' | 'relay'): Promise<Part> {
    return eventually(async () => {
      for (const part of this.#all(name)) if ((await part.health())?.state === 'active') return part;
      return undefined;
    }, LONG);
  }

  /** What every process has printed, for what must not be in it. */
  printed(): string {
    return [...this.apis, ...this.projectors, ...this.relays, ...this.followers].map((each) => each.printed()).join('');
  }

  async close(): Promise<void> {
    const processes = [...this.followers, ...this.relays, ...this.projectors, ...this.apis];
    for (const each of processes) each.resume();
    await Promise.all(processes.map((each) => each.kill()));
    await this.store.close();
    await this.readModelProxy.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #all(name: Part['name']): Part[] {
    switch (name) {
      case 'api':
        return this.apis;
      case 'projector':
        return this.projectors;
      case 'relay':
        return this.relays;
    }
  }
}
