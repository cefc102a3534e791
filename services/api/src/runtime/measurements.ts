// What the api measures of itself, for Prometheus: requests, and, when asked, positions, lags and node states.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { EventStoreCounts } from '@confledger/application';
import { namesInUse } from '@confledger/domain';
import type { ApiContext } from '../context.js';
import type { Limit } from '../edge/limits.js';
import { checkHealth } from './health-checks.js';
import type { JudgementCounts } from './measured-judge.js';
import { brokenStreams, environmentsNow } from './streams-now.js';
import { NodeLags } from './node-lags.js';
import { watchNodes, type WatchedNode } from './watched-nodes.js';

const SECONDS = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is asked when the metrics are read. */
export type MeasuredParts = Pick<
  ApiContext,
  | 'edge'
  | 'environments'
  | 'inheritance'
  | 'inheritanceBlocks'
  | 'eventStore'
  | 'logGuard'
  | 'readModel'
  | 'ownParts'
  | 'clock'
  | 'feedPosition'
  | 'reports'
  | 'ledgers'
  | 'judgements'
>;

export interface Measurements {
  readonly contentType: string;
  /** One request of an operation that was answered with a status. */
  request(operation: string, status: number, seconds: number): void;
  /** All metrics as text. */
  text(parts: MeasuredParts): Promise<string>;
  close(): void;
}

/** One registry for each api, so that several live in one process. */
export function createMeasurements(): Measurements {
  const registers = [new Registry()];
  const [registry = new Registry()] = registers;
  collectDefaultMetrics({ register: registry, prefix: 'confledger_' });
  const duration = new Histogram({
    name: 'confledger_http_request_duration_seconds',
    help: 'Time from the request until its answer is ready, by operation and status',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const observers = new Map<string, { observe(seconds: number): void }>();
  const gauges = systemGauges(registry);
  return {
    contentType: registry.contentType,
    request(operation, status, seconds) {
      const key = `${operation} ${status}`;
      let observer = observers.get(key);
      if (observer === undefined) {
        observer = duration.labels(operation, String(status));
        observers.set(key, observer);
      }
      observer.observe(seconds);
    },
    async text(parts) {
      await gauges.refresh(parts);
      return registry.metrics();
    },
    close: () => registry.clear(),
  };
}

function systemGauges(registry: Registry) {
  const registers = [registry];
  const up = new Gauge({ name: 'confledger_part_up', help: '1 when the part answers', labelNames: ['part'], registers });
  const position = new Gauge({ name: 'confledger_log_position', help: 'Position of the newest event', registers });
  const lag = new Gauge({
    name: 'confledger_read_model_lag_positions',
    help: 'How far the read model is behind the log, in positions',
    registers,
  });
  const feedLag = new Gauge({ name: 'confledger_feed_lag_positions', help: 'How far the feed is behind the log, in positions', registers });
  const setBack = new Gauge({ name: 'confledger_log_set_back', help: '1 when the log does not hold what was acknowledged', registers });
  const broken = new Gauge({
    name: 'confledger_streams_broken',
    help: 'Streams that this process could not load, because of what is stored: an alarm',
    labelNames: ['kind'],
    registers,
  });
  const environments = new Gauge({ name: 'confledger_environments', help: 'Environments that are defined and not retired', registers });
  const inheriting = inheritanceGauges(registry);
  const counted = eventStoreCounters(registry);
  const judged = judgementCounters(registry);
  const watched = nodeGauges(registry);
  const limits = limitGauges(registry);
  const failures = new Counter({ name: 'confledger_metrics_failures_total', help: 'Gauges that could not be refreshed', registers });
  return {
    async refresh(context: MeasuredParts): Promise<void> {
      const checks = await checkHealth(context);
      up.set({ part: 'event_store' }, checks.eventStore.healthy ? 1 : 0);
      up.set({ part: 'read_model' }, checks.readModel.healthy ? 1 : 0);
      for (const [name, { healthy }] of Object.entries(checks.ownParts)) up.set({ part: name }, healthy ? 1 : 0);
      setBack.set(context.logGuard.standing.kind === 'set back' ? 1 : 0);
      for (const kind of ['broken', 'unreadable'] as const)
        broken.set({ kind }, brokenStreams(context).filter((each) => each.kind === kind).length);
      counted.refresh(context.eventStore.counts?.());
      judged.refresh(context.judgements?.());
      const defined = await environmentsNow(context, checks);
      if (defined !== null) environments.set(namesInUse(defined).length);
      limits.refresh(context.edge.all);
      await inheriting.refresh(context);
      if (checks.logPosition !== null) position.set(Number(checks.logPosition));
      if (checks.logPosition !== null && checks.readModelPosition !== null)
        lag.set(Math.max(0, Number(checks.logPosition - checks.readModelPosition)));
      if (checks.logPosition !== null && context.feedPosition !== null)
        feedLag.set(Math.max(0, Number(checks.logPosition - context.feedPosition())));
      // A node whose lag is not known has none: an old number would look like a good one.
      watched.clear();
      try {
        // What is active is asked for by its event store: one that is away would hold the answer up.
        if (checks.eventStore.healthy) watched.set(await watchNodes(context, {}), context.clock.now());
      } catch {
        failures.inc();
      }
    },
  };
}

type InheritanceParts = Pick<MeasuredParts, 'inheritance' | 'inheritanceBlocks' | 'readModel' | 'clock'>;

function inheritanceGauges(registry: Registry) {
  const registers = [registry];
  const waiting = new Gauge({ name: 'confledger_inheritance_waiting', help: 'Ledgers that wait to follow their parents', registers });
  const blocked = new Gauge({ name: 'confledger_inheritance_blocked', help: 'Ledgers that cannot follow their parents', registers });
  const active = new Gauge({ name: 'confledger_inheritance_active', help: '1 when the follower of this process works', registers });
  const oldestPin = new Gauge({
    name: 'confledger_oldest_pin_seconds',
    help: 'Age of the oldest pin of a ledger; 0 without any',
    registers,
  });
  const made = new Gauge({ name: 'confledger_inheritance_activations', help: 'Activations by the follower of this process', registers });
  return {
    async refresh({ inheritance, inheritanceBlocks, readModel, clock }: InheritanceParts): Promise<void> {
      const standing = inheritance?.();
      active.set(standing?.isActive === true ? 1 : 0);
      waiting.set(standing?.waiting ?? 0);
      made.set(standing?.activations ?? 0);
      const blocks = await inheritanceBlocks.list({}).catch(() => null);
      if (blocks !== null) blocked.set(blocks.length);
      const pinnedAt = await readModel.oldestPin().catch(() => undefined);
      if (pinnedAt !== undefined) oldestPin.set(pinnedAt === null ? 0 : Math.max(0, clock.now() - Date.parse(pinnedAt)) / 1_000);
    },
  };
}

function eventStoreCounters(registry: Registry) {
  const registers = [registry];
  const left = new Counter({
    name: 'confledger_event_store_servers_left_total',
    help: 'Servers of the event store that were left',
    registers,
  });
  const tooSlow = new Counter({
    name: 'confledger_event_store_slow_subscriptions_total',
    help: 'Live subscriptions that a server ended because events were waiting',
    registers,
  });
  let before: EventStoreCounts = { serversLeft: 0, subscriptionsTooSlow: 0 };
  return {
    refresh(counts: EventStoreCounts = before): void {
      left.inc(counts.serversLeft - before.serversLeft);
      tooSlow.inc(counts.subscriptionsTooSlow - before.subscriptionsTooSlow);
      before = counts;
    },
  };
}

function judgementCounters(registry: Registry) {
  const registers = [registry];
  const labelNames = ['where'] as const;
  const judgements = new Counter({
    name: 'confledger_schema_judgements_total',
    help: 'Judgements of documents by schemas: in place, or apart from the thread that answers everybody',
    labelNames,
    registers,
  });
  const seconds = new Counter({
    name: 'confledger_schema_judgement_seconds_total',
    help: 'Time that they took',
    labelNames,
    registers,
  });
  let before: JudgementCounts = { inPlace: { count: 0, ms: 0 }, apart: { count: 0, ms: 0 } };
  return {
    refresh(counts: JudgementCounts = before): void {
      for (const [where, member] of JUDGED) {
        judgements.inc({ where }, counts[member].count - before[member].count);
        seconds.inc({ where }, (counts[member].ms - before[member].ms) / 1_000);
      }
      before = counts;
    },
  };
}

const JUDGED = [
  ['in_place', 'inPlace'],
  ['apart', 'apart'],
] as const;

function limitGauges(registry: Registry) {
  const registers = [registry];
  const labelNames = ['limit'] as const;
  const max = new Gauge({ name: 'confledger_limit_max', help: 'Most of what this api has only so much of', labelNames, registers });
  const inUse = new Gauge({ name: 'confledger_limit_in_use', help: 'How much of it is in use', labelNames, registers });
  const refusals = new Counter({
    name: 'confledger_limit_refusals_total',
    help: 'Requests and connections that were refused or closed for want of it',
    labelNames,
    registers,
  });
  const before = new Map<string, number>();
  return {
    refresh(limits: readonly Limit[]): void {
      for (const limit of limits) {
        max.set({ limit: limit.name }, limit.max);
        if (limit.inUse !== null) inUse.set({ limit: limit.name }, limit.inUse);
        refusals.inc({ limit: limit.name }, limit.refusals - (before.get(limit.name) ?? 0));
        before.set(limit.name, limit.refusals);
      }
    },
  };
}

function nodeGauges(registry: Registry) {
  const registers = [registry];
  const nodes = new Gauge({
    name: 'confledger_nodes',
    help: 'Nodes by ledger and state',
    labelNames: ['environment', 'service', 'state'],
    registers,
  });
  const labelNames = ['environment', 'service', 'node'] as const;
  const lag = new Gauge({
    name: 'confledger_node_lag_seconds',
    help: 'Since when a node does not run what is active; 0 when it does',
    labelNames,
    registers,
  });
  const silence = new Gauge({ name: 'confledger_node_silence_seconds', help: 'Since the newest report of a node', labelNames, registers });
  const leftOut = new Gauge({ name: 'confledger_nodes_left_out', help: 'Nodes beyond those that are measured one by one', registers });
  const differing = new Gauge({
    name: 'confledger_nodes_differing',
    help: 'Nodes that do not run what the ledger says at some paths, by why',
    labelNames: ['environment', 'service', 'why'],
    registers,
  });
  const nodeLags = new NodeLags();
  return {
    clear(): void {
      for (const each of [nodes, lag, silence, leftOut, differing]) each.reset();
    },
    set(watched: readonly WatchedNode[], nowMs: number): void {
      for (const { report } of watched) {
        const { environment, service, state, resolution } = report;
        nodes.inc({ environment, service, state });
        if (state === 'closed') continue;
        for (const why of ['overridden', 'pendingRestart', 'unresolved'] as const)
          if (resolution[why] !== undefined) differing.inc({ environment, service, why });
      }
      const measured = nodeLags.measure(watched, nowMs);
      leftOut.set(measured.leftOut);
      for (const { environment, service, node, lagSeconds, silenceSeconds } of measured.lags) {
        lag.set({ environment, service, node }, lagSeconds);
        silence.set({ environment, service, node }, silenceSeconds);
      }
    },
  };
}
