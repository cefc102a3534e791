// Roles on a real Postgres: a password works for its login, and is in no statement.
import { randomBytes } from 'node:crypto';
import { freshDatabase } from '@confledger/test-support';
import pg from 'pg';
import { expect, test } from 'vitest';
import { connectClient, endClient, ensureRoles, isRolePassword, roleNames } from './index.js';
import { scramVerifier } from './scram.js';

test('A part logs in with its password, which no statement held, and with no other', async () => {
  const connectionString = await freshDatabase();
  const password = `it's "a" pass\\word ${randomBytes(8).toString('hex')}`.replaceAll(' ', '_');
  const names = roleNames(`r${randomBytes(6).toString('hex')}`);
  const admin = await connectClient({ connectionString });
  const statements: string[] = [];
  const query = admin.query.bind(admin) as (...call: unknown[]) => Promise<unknown>;
  const watched = new Proxy(admin, {
    get: (target, name) =>
      name === 'query'
        ? (...call: unknown[]) => {
            statements.push(JSON.stringify(call));
            return query(...call);
          }
        : (Reflect.get(target, name) as unknown),
  });
  await ensureRoles(watched, { names, passwords: { relay: password }, tell: () => undefined });
  await endClient(admin);
  expect(statements.join('\n')).toContain('SCRAM-SHA-256$4096:');
  expect(statements.join('\n')).not.toContain(JSON.stringify(password).slice(1, -1));
  const at = (given: string): string => {
    const url = new URL(connectionString);
    url.username = names.relay;
    url.password = encodeURIComponent(given);
    return url.href;
  };
  await endClient(await connectClient({ connectionString: at(password) }));
  const refused: unknown = await connectClient({ connectionString: at(`${password}!`) }).catch((error: unknown) => error);
  expect(refused instanceof pg.DatabaseError && refused.code).toBe('28P01');
});

test('A password that is short, or no single word of ASCII, is refused without being repeated', async () => {
  for (const password of ['x'.repeat(15), 'x'.repeat(257), 'sixteen letters x', 'sixteen_letters_é', '']) {
    expect(isRolePassword(password)).toBe(false);
    const refused = await scramVerifier(password).catch(String);
    expect(refused).toMatch(/^TypeError: .*16 to 256 printable ASCII/);
    if (password !== '') expect(refused).not.toContain(password);
  }
});

test('A namespace whose roles would not differ within the 63 characters of Postgres is refused', () => {
  expect(roleNames('n'.repeat(53)).projector).toHaveLength(63);
  expect(() => roleNames('n'.repeat(54))).toThrow(TypeError);
});
