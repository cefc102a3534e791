// Migrate as a process, as people run it, and behind it the rebuild of the read model as the projector's role.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freshDatabase } from '@confledger/test-support';
import { beforeAll, expect, test } from 'vitest';

const namespace = `p${randomBytes(6).toString('hex')}`;
const password = (): string => randomBytes(16).toString('hex');
const passwords = {
  CONFLEDGER_API_PASSWORD: password(),
  CONFLEDGER_PROJECTOR_PASSWORD: password(),
  CONFLEDGER_RELAY_PASSWORD: password(),
};

let owner: string;
beforeAll(async () => {
  owner = await freshDatabase();
});

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function run(program: string, environment: Readonly<Record<string, string>>): Promise<Ended> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [file], {
    env: { PATH, CONFLEDGER_NAMESPACE: namespace, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void (said += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

const asProjector = (): Readonly<Record<string, string>> => {
  const url = new URL(owner);
  url.username = `${namespace}_projector`;
  url.password = passwords.CONFLEDGER_PROJECTOR_PASSWORD;
  return { CONFLEDGER_POSTGRES_URL: url.href };
};

test('Without its address it is refused in one line', async () => {
  expect(await run('../dist/main.js', {})).toEqual({
    code: 1,
    said: expect.stringMatching(/^CONFLEDGER_MIGRATION_URL is not set: .* Set it\.\n$/) as string,
  });
});

test('It lays out everything and ends, and the projector rebuilds with its own role, and no password is printed', async () => {
  const migrated = await run('../dist/main.js', { CONFLEDGER_MIGRATION_URL: owner, ...passwords });
  expect([migrated.code, migrated.said]).toEqual([0, expect.stringContaining('tables and roles are as this release needs them')]);
  const rebuilt = await run('../../projector/dist/rebuild.js', asProjector());
  expect([rebuilt.code, rebuilt.said]).toEqual([0, expect.stringContaining('"generation":2,"msg":"the read model is rebuilt and serves"')]);
  expect(rebuilt.said).not.toContain('logs in as the owner');
  for (const secret of [...Object.values(passwords), new URL(owner).password]) expect(migrated.said + rebuilt.said).not.toContain(secret);
});
