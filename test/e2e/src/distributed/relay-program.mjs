// The relay as its service runs it, except that it ends itself at a step of its work, as if by kill -9, and may reach Kafka by a detour.
// Started by killed-relay.engine.spec.ts and unknown-commit.engine.spec.ts.
import { listening, runProcess, serveHealth } from '@confledger/process';
import { connect } from 'node:net';
import { pino } from 'pino';
import { compose } from '../../../../services/relay/dist/compose.js';
import { readConfig } from '../../../../services/relay/dist/config.js';
import { healthOf, healthOfChanges } from '../../../../services/relay/dist/health.js';

/** DIES_AT is `<step>:<n>`: at the n-th time that it comes there. PAUSES_AT likewise: it stops in its tracks. DETOUR_PORT: a proxy to the one broker. */
const { RELAY_DIES_AT, RELAY_PAUSES_AT, RELAY_DETOUR_PORT, ...environment } = process.env;
/** @type {Map<string, number>} */
const times = new Map();

/** @param {string} step */
function onStep(step) {
  const time = (times.get(step) ?? 0) + 1;
  times.set(step, time);
  const moment = `${step}:${time}`;
  // The signal is delivered before the call returns: nothing of what follows the step is done.
  if (moment === RELAY_DIES_AT) process.kill(process.pid, 'SIGKILL');
  if (moment !== RELAY_PAUSES_AT) return;
  console.log(`paused at ${moment}`);
  process.kill(process.pid, 'SIGSTOP');
}

/** @param {AbortSignal} stopping */
async function start(stopping) {
  const config = readConfig(environment);
  const logger = pino({ level: config.logLevel, base: { part: 'relay' } });
  const socketFactory =
    RELAY_DETOUR_PORT === undefined ? {} : { socketFactory: ({ onConnect }) => connect(Number(RELAY_DETOUR_PORT), '127.0.0.1', onConnect) };
  const { relay, changes, close } = await compose({ ...config, kafka: { ...config.kafka, ...socketFactory } }, logger, stopping, {
    onStep,
  });
  const health = await listening(config, () =>
    serveHealth(() => [healthOf(relay), healthOfChanges(changes)], { host: config.host, port: config.port, version: 'test' }),
  );
  logger.info({ url: health.url }, 'serving health and metrics');
  return async () => {
    await Promise.all([health.close(), close()]);
  };
}

runProcess({ start });
