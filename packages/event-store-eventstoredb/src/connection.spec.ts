// Connection strings.
import { describe, expect, test, vi } from 'vitest';
import { createEventStoreDbEventStore } from './index.js';

describe('a connection string', () => {
  const broken = ['esdb://a:secret@h:1:2?tls=false', 'esdb://a:secret@h?secret', 'http://a:secret@h', 'secret'];

  test.each(broken)('that cannot be read is refused without being repeated (%#)', (connectionString) => {
    let message = '';
    try {
      createEventStoreDbEventStore({ connectionString });
    } catch (error) {
      message = `${String(error)} ${JSON.stringify(error)}`;
    }
    expect(message).toMatch(/cannot be read/);
    expect(message).not.toMatch(/secret/);
  });

  test('whose certificate is not there says so', () => {
    expect(() => createEventStoreDbEventStore({ connectionString: 'esdb://h?tlsCAFile=/nowhere/ca.crt' })).toThrow(/certificate file/);
  });

  test('with an option that nobody knows is warned about without its password', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await createEventStoreDbEventStore({ connectionString: 'esdb://a:secret@h:1?tls=false&unknownOption=1' }).close();
    expect(warn.mock.calls.flat().join()).toMatch(/unknownOption/);
    expect(warn.mock.calls.flat().join()).not.toMatch(/secret/);
    warn.mockRestore();
  });

  const good = ['esdb://h:1', 'esdb+discover://h', 'kurrentdb://h:1', 'kurrentdb+discover://h', 'esdb://a:1,b:2,c:3'];

  test.each(good)('may be %s', async (nodes) => {
    await createEventStoreDbEventStore({ connectionString: `${nodes}?tls=false` }).close();
  });
});
