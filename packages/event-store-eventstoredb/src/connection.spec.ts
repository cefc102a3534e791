// Connection strings.
import { describe, expect, test, vi } from 'vitest';
import { createEventStoreDbEventStore } from './index.js';

describe('a connection string', () => {
  test.each(['esdb://a:secret@h:1:2?tls=false', 'esdb://a:secret@h?secret', 'http://a:secret@h', 'secret'])('that cannot be read is refused without being repeated (%#)', (connectionString) => {
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

  test.each(['esdb://h:1?tls=false', 'esdb+discover://h?tls=false', 'kurrentdb://h:1?tls=false', 'kurrentdb+discover://h?tls=false', 'esdb://a:1,b:2,c:3?tls=false'])(
    'may be %s',
    async (connectionString) => {
      await createEventStoreDbEventStore({ connectionString }).close();
    },
  );
});
