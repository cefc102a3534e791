import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { CAN_COUNT, costsOf, machineCosts, othersShareSince, residentMB } from './process-tree.js';

const BURN_MS = 150;
const burn = `const until = process.cpuUsage().user + ${BURN_MS * 1_000}; while (process.cpuUsage().user < until);`;

test.runIf(CAN_COUNT)('the processor time of a process is that of its descendants too, those that have ended as well', () => {
  const before = costsOf([process.pid]);
  spawnSync(process.execPath, ['-e', `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}])`]);
  expect(costsOf([process.pid]).programMs - before.programMs).toBeGreaterThan(BURN_MS * 0.8);
});

test.runIf(CAN_COUNT)('the memory of a process is that of its descendants too', async () => {
  const held = 'globalThis.held = Buffer.alloc(400e6, 1); console.log(1); setInterval(() => {}, 1e6)';
  const child = spawn(process.execPath, ['-e', held]);
  await once(child.stdout, 'data');
  expect(residentMB([child.pid ?? 0])).toBeGreaterThan(400);
  expect(residentMB([process.pid])).toBeGreaterThan(residentMB([child.pid ?? 0]));
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test.runIf(CAN_COUNT)('what this process does is not what others took', () => {
  const before = machineCosts();
  spawnSync(process.execPath, ['-e', burn]);
  const { machineMs, ownMs } = machineCosts();
  expect(ownMs - before.ownMs).toBeGreaterThan(BURN_MS * 0.8);
  expect(machineMs - before.machineMs).toBeGreaterThan(BURN_MS * 0.8);
  expect(othersShareSince(before)).toBeLessThanOrEqual(1);
});
