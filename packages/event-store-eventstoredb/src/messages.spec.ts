// What goes over the wire.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { appendRequest } from './messages.js';

const event = { id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' };

describe('the request of an append', () => {
  test('carries no deadline, because a server compares it with its own clock', () => {
    expect(appendRequest(randomUUID(), 'config-a.b', 4, [event]).getOptions()?.hasDeadline()).toBe(false);
  });

  test('expects a stream without events by name, because -1 cannot be carried', () => {
    const options = appendRequest(randomUUID(), 'config-a.b', -1, [event]).getOptions();
    expect([options?.hasNoStream(), options?.hasStreamPosition()]).toEqual([true, false]);
    expect(appendRequest(randomUUID(), 'config-a.b', 0, [event]).getOptions()?.getStreamPosition()).toBe('0');
  });

  test('is one message, so that its events are one write', () => {
    const request = appendRequest(randomUUID(), 'config-a.b', 0, [event, event]);
    expect([request.getProposedMessagesList().length, request.getIsFinal()]).toEqual([2, true]);
  });
});
