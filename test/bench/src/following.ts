// Ledgers that follow parents: what the benchmark of inheritance measures, and bare appends of the same events beside it.
import type { EventStore, StoredEvent } from '@confledger/application';
import { randomUUID } from 'node:crypto';
import { testInstallation, type TestApi } from '../../support/src/inheriting-core.js';

/** Leaves of a parent's document, and of a child's own. */
const PARENT_LEAVES = 1_000;
const OWN_LEAVES = 10;
/** Appends under way at once: as many as the follower has. */
const AT_ONCE = 8;

export interface FollowedWorld {
  /** Changes one leaf in every parent and takes it live. Resolves when all children run it, with the events that this took. */
  activateParents(round: number): Promise<{ readonly tookMs: number; readonly events: readonly StoredEvent[] }>;
  stop(): Promise<void>;
}

export interface Shape {
  /** Children of the one parent environment. */
  readonly environments: number;
  readonly services: number;
}

/** Each service has a ledger in the parent and in every child. */
export async function followedBy(store: EventStore, { environments, services }: Shape): Promise<FollowedWorld> {
  const given = await testInstallation({ store });
  const api = given.api();
  const tag = randomUUID().slice(0, 8);
  const parent = `base-${tag}`;
  // There may be 200.
  for (const first of ['development', 'testing', 'staging', 'production']) await api.retire(first);
  await api.define(parent, { abstract: true });
  const children = Array.from({ length: environments }, (_, index) => `c${index}-${tag}`);
  const names = Array.from({ length: services }, (_, index) => `desk-${index}`);
  for (const child of children) await api.define(child, { inheritsFrom: [parent] });
  await sideBySide(names, (name) => begin(api, `${parent}.${name}`, PARENT_LEAVES));
  await sideBySide(
    children.flatMap((child) => names.map((name) => `${child}.${name}`)),
    (ledger) => begin(api, ledger, OWN_LEAVES),
  );
  let arrived = 0;
  let onArrived: () => void = () => undefined;
  const follower = given.follow(given.api(), {
    onEvent: (event) => {
      if (event.kind !== 'inherited') return;
      arrived += 1;
      onArrived();
    },
  });
  return {
    async activateParents(round) {
      const before = await store.lastPosition();
      arrived = 0;
      const all = new Promise<void>((resolve) => (onArrived = () => arrived >= environments * services && resolve()));
      const began = performance.now();
      await sideBySide(names, (name) => activate(api, `${parent}.${name}`, round));
      await all;
      return { tookMs: performance.now() - began, events: await activationsSince(store, before, parent) };
    },
    stop: () => follower.stop(),
  };
}

async function begin(api: TestApi, ledger: string, leaves: number): Promise<void> {
  const configuration = {
    [`section-${leaves}`]: Object.fromEntries(Array.from({ length: leaves }, (_, index) => [`leaf${index}`, index])),
  };
  await api.done(ledger, { type: 'Create', configuration }, { activate: true });
}

async function activate(api: TestApi, ledger: string, round: number): Promise<void> {
  await api.done(
    ledger,
    { type: 'Set', path: `section-${PARENT_LEAVES}.leaf${round}`, value: -round - 1 },
    { activate: true, acceptBlocked: true },
  );
}

/** The activations behind a position, but for those of the parents. */
async function activationsSince(store: EventStore, position: bigint, parent: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let after = position; ;) {
    const page = await store.readAll({ after, limit: 1_000 });
    events.push(...page.filter(({ type, stream }) => type === 'VersionActivated' && !stream.startsWith(`config-${parent}.`)));
    const last = page.at(-1);
    if (last === undefined) return events;
    after = last.position;
  }
}

/** How long appends of these bytes to streams of their own take, as many at once as the follower has; in milliseconds. */
export async function bareAppends(store: EventStore, events: readonly StoredEvent[]): Promise<number> {
  const began = performance.now();
  await sideBySide(events, async ({ type, data, metadata }) => {
    await store.append(`bare-${randomUUID()}`, -1, [{ id: randomUUID(), type, data, metadata }]);
  });
  return performance.now() - began;
}

async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}
