// A client as a stranger writes it from the contract alone: every shape is copied from there, nothing of this repository is imported, and
// each answer has to have its shape. Members that the contract does not name are passed over, as clients do.
import { z } from 'zod';

const instant = z.iso.datetime();
const count = z.int().min(0);
const version = count.nullable();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const position = z.string().regex(/^[^:]+:\d+$/);

const standing = z.looseObject({
  environment: z.string(),
  service: z.string(),
  version,
  active: version,
  pending: count,
  digest,
  position,
});
const change = z.looseObject({ path: z.string(), before: z.json().optional(), after: z.json().optional() });
const activated = z.looseObject({
  activation: count,
  version: count,
  previous: version,
  previousActivation: version,
  digest,
  own: digest,
  layers: z.array(z.looseObject({ ledger: z.string(), origin: z.string(), activation: count, version: count, digest })),
  restart: z.array(z.string()),
  pinned: z.boolean(),
  definition: version,
  keyId: z.string(),
  signature: z.string(),
});
const write = standing.extend({
  changed: z.boolean(),
  created: z.boolean(),
  changeCount: count,
  changes: z.array(change).max(100),
  activated: activated.nullable(),
  next: z.looseObject({ method: z.string(), url: z.string() }).nullable(),
});
const detail = z.object({ path: z.string().nullable(), rule: z.string(), message: z.string().min(1), remedy: z.string().min(1) });
const operation = z.looseObject({
  operation: z.string(),
  success: z.boolean(),
  result: z.looseObject({}).optional(),
  error: z.string().optional(),
  problem: detail.optional(),
});
const list = <T extends z.ZodType>(item: T) => z.looseObject({ items: z.array(item), next: z.string().nullable() });
const success = <T extends z.ZodType>(data: T) => z.looseObject({ success: z.literal(true), data, timestamp: instant });

const failure = z.looseObject({
  success: z.literal(false),
  error: z.string().min(1),
  code: z.string().regex(/^[A-Z_]+$/),
  details: z.array(detail),
  requestId: z.string().min(1),
  timestamp: instant,
});

const event = z.looseObject({
  type: z.string(),
  actor: z.string(),
  method: z.string(),
  reason: z.string().nullable(),
  occurredAt: instant,
  position,
});
const versionItem = z.looseObject({
  version: count,
  actor: z.string(),
  reason: z.string().nullable(),
  occurredAt: instant,
  changeCount: count,
  tags: z.array(z.string()),
  activations: z.array(z.looseObject({ activation: count, actor: z.string(), activatedAt: instant })),
});
const node = z.looseObject({ name: z.string(), environment: z.string(), service: z.string(), state: z.string(), reportedAt: instant });

const SHAPES = {
  document: success(standing.extend({ configuration: z.record(z.string(), z.json()) })),
  value: success(standing.extend({ key: z.string(), value: z.json() })),
  values: success(standing.extend({ values: z.record(z.string(), z.json()), missing: z.array(z.string()) })),
  write: success(write),
  rollback: success(write.extend({ rollback: z.looseObject({ version: count, digest }) })),
  batch: success(z.array(operation)).extend({ commit: write }),
  batchFailure: failure.extend({ operations: z.array(operation).max(100), operationCount: count, detailCount: count }),
  failure,
  ledgers: success(
    list(z.looseObject({ environment: z.string(), service: z.string(), version, active: version, pending: count, readable: z.boolean() })),
  ),
  versions: success(list(versionItem)),
  difference: success(list(change).extend({ changeCount: count })),
  history: success(list(event)),
  audit: success(list(event)),
  node: success(z.looseObject({ name: z.string(), reportedAt: instant })),
  nodes: success(list(node)),
  status: success(
    z.looseObject({
      parts: z.array(z.looseObject({ name: z.string(), state: z.string() })),
      position,
      readModel: z.looseObject({ position, lagMs: z.number().min(0) }),
      publicKey: z.looseObject({ publicKey: z.string() }),
    }),
  ),
  health: z.looseObject({ healthy: z.literal(true), checks: z.looseObject({}), timestamp: instant, version: z.string() }),
  text: z.string().min(1),
} as const;

type Shape = keyof typeof SHAPES;

export interface Got<S extends Shape> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: z.infer<(typeof SHAPES)[S]>;
}

/** Asks, and throws when the answer has not the shape. `service` sends the token as X-Service-Token. */
export class ContractClient {
  readonly #base: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#base = `${url}/api/v1`;
    this.#token = token;
  }

  async ask<S extends Shape>(shape: S, call: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Got<S>> {
    const [method = 'GET', path = '/'] = call.split(' ');
    const response = await fetch(this.#base + path, {
      method,
      headers: { 'x-service-token': this.#token, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = SHAPES[shape].safeParse(shape === 'text' ? text : text === '' ? undefined : (JSON.parse(text) as unknown));
    if (!parsed.success) throw new Error(`${call} answered ${response.status} ${text.slice(0, 2_000)}\n${z.prettifyError(parsed.error)}`);
    return { status: response.status, headers: response.headers, body: parsed.data as Got<S>['body'] };
  }

  /** The events of the feed until one of this kind, by kind. */
  async feedUntil(kind: string, query: string): Promise<readonly string[]> {
    const response = await fetch(`${this.#base}/feed?${query}`, { headers: { authorization: `Bearer ${this.#token}` } });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const kinds = [...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1] ?? '');
      if (kinds.includes(kind)) return kinds;
    }
    throw new Error(`The feed ended without ${kind}: ${text}`);
  }
}
