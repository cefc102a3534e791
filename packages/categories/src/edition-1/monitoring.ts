// What a service measures, when it raises an alarm, and how much it logs.
import { closedObject, member, openObject, setAt, setMembers, type Category, type Given, type SetOperation } from '../category.js';

/** From the most to the least that is logged; `off` logs nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'off'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface MonitoringConfig {
  /** By metric, in the metric's unit. */
  readonly alertThresholds?: Readonly<Record<string, number>>;
  /** Seconds, 1 to 3,600. */
  readonly collectionIntervalSecs?: number;
  /** By component. */
  readonly logLevels?: Readonly<Record<string, LogLevel>>;
}

const schema = closedObject(
  { title: 'Monitoring', description: 'What a service measures, when it raises an alarm, and how much it logs.' },
  {
    // A metric may be a balance or a difference: thresholds have no bounds.
    alertThresholds: openObject(
      { title: 'Alert thresholds', description: 'For each metric the value at which an alarm is raised.' },
      member('number', {
        title: 'Alert threshold',
        unit: 'unit of the metric',
        description: 'The value at which an alarm is raised. The metric decides whether it is an upper or a lower bound.',
      }),
    ),
    // Below a second the measuring disturbs what is measured; after an hour without a figure nobody would call it monitored.
    collectionIntervalSecs: member(
      'integer',
      { title: 'Collection interval', unit: 's', description: 'How often metrics are collected.' },
      { minimum: 1, maximum: 3600 },
    ),
    // The levels of the usual loggers, and a word for none.
    logLevels: openObject(
      { title: 'Log levels', description: 'For each component how much it logs.' },
      member(
        'string',
        { title: 'Log level', description: 'The least severe level that is logged; `off` logs nothing.' },
        { enum: LOG_LEVELS },
      ),
    ),
  },
);

const minimal = { collectionIntervalSecs: 10 } satisfies MonitoringConfig;
const complete = {
  alertThresholds: { 'orders.rejected': 20, fillLatencyMs: 250, dailyResult: -5000 },
  collectionIntervalSecs: 10,
  logLevels: { router: 'debug', risk: 'info' },
} satisfies Required<MonitoringConfig>;

export const monitoring: Category = {
  category: 'monitoring',
  mount: 'monitoring.config',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: 'monitoring.config', value: minimal },
    { path: 'monitoring.config', value: complete },
  ],
};

/**
 * Sets each member that is given. `alertThresholds` and `logLevels` replace what stands there, and so do not go into one batch with the
 * setters of single ones.
 */
export function setMonitoring(members: Given<MonitoringConfig>): SetOperation[] {
  return setMembers(['monitoring', 'config'], members);
}

/** Sets the threshold of one metric. A dot in its name is part of the name. */
export function setAlertThreshold(metric: string, threshold: number): SetOperation[] {
  return [setAt(['monitoring', 'config', 'alertThresholds', metric], threshold)];
}

/** Sets the level of one component. A dot in its name is part of the name. */
export function setLogLevel(component: string, level: LogLevel): SetOperation[] {
  return [setAt(['monitoring', 'config', 'logLevels', component], level)];
}
