// What people are told when a database cannot be used, against a real server.
import { createServer, type AddressInfo } from 'node:net';
import { freshDatabase, tcpProxy, throughProxy } from '@confledger/test-support';
import { expect, test } from 'vitest';
import { connectClient, connectionProblems, endClient, migrate, unlessAway } from './index.js';

/** What is said of a connection that fails. */
async function problemOf(connectionString: string): Promise<string | null> {
  try {
    await endClient(await connectClient({ connectionString, connectTimeoutMs: 2_000 }));
  } catch (error) {
    return connectionProblems('URL', connectionString)(error);
  }
  throw new Error('it connected');
}

async function changed(change: (url: URL) => void): Promise<string> {
  const url = new URL(await freshDatabase());
  change(url);
  return url.href;
}

test('where nothing listens, it is said where that is', async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const said = `URL: nothing listens at 127.0.0.1:${port}. Start Postgres there, or correct the address.`;
  expect(await problemOf(`postgres://user:hush@127.0.0.1:${port}/x`)).toBe(said);
  expect(await problemOf(`postgres://user:hush@localhost:${port}/x`)).toBe(said.replace('127.0.0.1', 'localhost'));
  expect(await problemOf(`postgres://user:hush@%2Fno%20where:${port}/x`)).toBe(said.replace('127.0.0.1', '/no where'));
});

test('a server that is silent, another password, and a missing database are told apart, and no password is said', async () => {
  const connectionString = await freshDatabase();
  const { hostname, port } = new URL(connectionString);
  const proxy = await tcpProxy({ host: hostname, port: Number(port) });
  proxy.pause();
  expect(await problemOf(throughProxy(connectionString, proxy))).toContain('does not answer');
  await proxy.close();
  const refused = await problemOf(await changed((url) => (url.password = 'hush')));
  expect(refused).toContain('refuses the user');
  expect(refused).not.toContain('hush');
  expect(await problemOf(await changed((url) => (url.pathname = '/nowhere')))).toContain('there is no database nowhere');
});

test('a schema of a newer release is told as it is, and a fault of ours is none of theirs', async () => {
  const connectionString = await freshDatabase();
  const migration = { number: 1, name: 'one', sql: () => 'SELECT 1' };
  await migrate({ connectionString, schema: 'some' }, [migration]);
  const error: unknown = await migrate({ connectionString, schema: 'some' }, []).catch((reason: unknown) => reason);
  expect(connectionProblems('URL', connectionString)(error)).toContain('run the newer release');
  expect(connectionProblems('URL', connectionString)(new TypeError('bug'))).toBeNull();
});

test('what another moment may mend is left for later, and a wrong setting or a fault of ours is not', async () => {
  const told: unknown[] = [];
  const connected = (url: string) =>
    unlessAway(
      () => connectClient({ connectionString: url }).then(endClient),
      (error) => told.push(error),
    );
  expect(await connected('postgres://user:hush@127.0.0.1:1/x')).toBe(false);
  expect(told).toHaveLength(1);
  expect(await connected(await freshDatabase())).toBe(true);
  await expect(connected(await changed((url) => (url.password = 'hush')))).rejects.toThrow('password');
  await expect(connected(await changed((url) => (url.pathname = '/nowhere')))).rejects.toThrow('nowhere');
  await expect(
    unlessAway(
      () => Promise.reject(new TypeError('bug')),
      () => undefined,
    ),
  ).rejects.toThrow('bug');
  expect(told).toHaveLength(1);
});
