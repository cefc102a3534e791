// One part of a distributed installation as a process of its own, from what was built: started, killed, stopped in its tracks, started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';

/** A busy machine starts half a dozen of them at once. */
const START_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 30_000;

export type Environment = Readonly<Record<string, string>>;

export class Process {
  readonly #script: string;
  readonly #arguments: readonly string[];
  readonly #environment: Environment;
  #child: ChildProcess | null = null;
  /** What every life of it has printed. */
  #printed = '';
  /** Where the present life begins in it. */
  #lifeBegins = 0;

  constructor(script: string, environment: Environment, nodeArguments: readonly string[] = []) {
    this.#script = script;
    this.#environment = environment;
    this.#arguments = nodeArguments;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get alive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything that it has ever printed. */
  printed(): string {
    return this.#printed;
  }

  /** What it has printed since it was started last. */
  printedNow(): string {
    return this.#printed.slice(this.#lifeBegins);
  }

  launch(): void {
    if (this.alive) throw new Error(`${this.#script} runs already`);
    this.#lifeBegins = this.#printed.length;
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [...this.#arguments, this.#script], {
      env: { PATH, HOME, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => void (this.#printed += chunk));
    }
    this.#child = child;
  }

  /** SIGSTOP: it holds its connections and does nothing, as a machine that hangs. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** As an orchestrator ends it. Rejects when it does not end well. */
  async stop(): Promise<void> {
    if (!this.alive) return;
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`${this.#script} ended with ${code}:\n${this.printedNow().slice(-4_000)}`);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === null || !this.alive) return child?.exitCode ?? null;
    const ended = once(child, 'close');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
    try {
      await ended;
    } finally {
      clearTimeout(late);
    }
    return child.exitCode;
  }
}

export type PartName = 'api' | 'projector' | 'relay';

/** What `/health` says of the part itself. */
export interface PartHealth {
  readonly status: number;
  readonly state: string;
  readonly lag: string | undefined;
}

export class Part extends Process {
  readonly name: PartName;

  /** `program` is one of this folder that stands for the part's own main. */
  constructor(name: PartName, environment: Environment, program?: string) {
    super(fileURLToPath(new URL(program ?? `../../../../services/${name}/dist/main.js`, import.meta.url)), { ...environment, PORT: '0' });
    this.name = name;
  }

  /** Where it serves; undefined while it does not. */
  url(): string | undefined {
    return this.alive ? /"url":"([^"]+)"/.exec(this.printedNow())?.[1] : undefined;
  }

  /** Resolves when it serves. Rejects with its output when it ends before. */
  async start(): Promise<void> {
    this.launch();
    const outcome = await eventually(() => this.url() ?? (this.alive ? undefined : 'ended'), { timeoutMs: START_TIMEOUT_MS });
    if (outcome === 'ended') throw new Error(`${this.name} ended at its start:\n${this.printedNow()}`);
  }

  /** Of the part itself, or of another check that it reports. Null while it does not answer. */
  async health(check: string = this.name): Promise<PartHealth | null> {
    const response = await this.#get('/health');
    if (response === null) return null;
    const { checks } = (await response.json()) as {
      readonly checks: Readonly<Record<string, { readonly state?: string; readonly lag?: string }>>;
    };
    const own = checks[check];
    return { status: response.status, state: own?.state ?? 'unknown', lag: own?.lag };
  }

  /** The names under `checks` that are not well. */
  async unhealthy(): Promise<string[]> {
    const response = await this.#get('/health');
    if (response === null) throw new Error(`${this.name} does not answer`);
    const { checks } = (await response.json()) as { readonly checks: Readonly<Record<string, { readonly healthy: boolean }>> };
    return Object.keys(checks).filter((name) => checks[name]?.healthy === false);
  }

  /** The status of a probe. Null while it does not answer. */
  async probe(path: '/health' | '/health/live' | '/health/ready'): Promise<number | null> {
    const response = await this.#get(path);
    await response?.arrayBuffer();
    return response?.status ?? null;
  }

  /** A metric without labels, by its name without `confledger_`; undefined when it does not say it now. */
  async metric(name: string): Promise<number | undefined> {
    const response = await this.#get('/metrics');
    const value = new RegExp(`^confledger_${name} (.+)$`, 'm').exec((await response?.text()) ?? '')?.[1];
    return value === undefined ? undefined : Number(value);
  }

  async #get(path: string): Promise<Response | null> {
    const url = this.url();
    return url === undefined ? null : fetch(`${url}${path}`).catch(() => null);
  }
}
