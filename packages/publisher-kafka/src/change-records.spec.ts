import type { StoredEvent } from '@confledger/application';
import { expect, test } from 'vitest';
import { partitionOf } from '@confledger/feed-kafka/topic';
import { changeMessage, changesTopic, readChange } from './change-records.js';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function event(metadata: object | string = { occurredAt: '2026-01-05T09:00:00.000Z', traceparent: null }): StoredEvent {
  return {
    id: '6f0c8b3e-5a51-8d3c-9c1f-2f3a4b5c6d7e',
    type: 'ConfigSet',
    stream: 'config-production.trading-engine',
    revision: 4,
    position: 17n,
    data: '{"path":"a", "value":1.0}',
    metadata: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  };
}

test('the topic is the namespace and the word changes', () => expect(changesTopic('confledger')).toBe('confledger.changes'));

test('an event is a CloudEvent of version 1.0, with its stream as key and its place in the log', () => {
  expect(changeMessage('inst', event(), 12)).toEqual({
    key: 'config-production.trading-engine',
    value: '{"data":{"path":"a", "value":1.0},"metadata":{"occurredAt":"2026-01-05T09:00:00.000Z","traceparent":null}}',
    partition: partitionOf('config-production.trading-engine', 12),
    headers: {
      ce_specversion: '1.0',
      ce_id: '6f0c8b3e-5a51-8d3c-9c1f-2f3a4b5c6d7e',
      ce_source: 'urn:confledger:inst',
      ce_type: 'com.confledger.ConfigSet',
      ce_subject: 'config-production.trading-engine',
      ce_time: '2026-01-05T09:00:00.000Z',
      'content-type': 'application/json',
      ce_revision: '4',
      ce_position: 'inst:17',
      ce_partitions: '12',
    },
  });
});

test('names of attributes are those that CloudEvents allows', () => {
  const { headers = {} } = changeMessage('inst', event({ occurredAt: 't', traceparent: TRACEPARENT }), 1);
  expect(headers['ce_traceparent']).toBe(TRACEPARENT);
  for (const name of Object.keys(headers)) expect(name).toMatch(/^ce_[a-z0-9]{1,20}$|^content-type$/);
});

test.each(['{', 'null', '[]', '{"occurredAt":7}'])(
  'the event whose envelope is %s is published as it stands, without a time',
  (metadata) => {
    const message = changeMessage('inst', event(metadata), 1);
    expect(message.value).toBe(`{"data":{"path":"a", "value":1.0},"metadata":${metadata}}`);
    expect(message.headers).not.toHaveProperty('ce_time');
  },
);

test('an event of a stream, a type and a schemaVersion that this release does not know is published as it stands', () => {
  const later = {
    ...event({ occurredAt: '2027-01-05T09:00:00.000Z', schemaVersion: 9, novel: [1.0] }),
    stream: 'environments',
    type: 'EnvironmentDefined',
  };
  const message = changeMessage('inst', later, 12);
  expect(message).toMatchObject({ key: 'environments', value: `{"data":${later.data},"metadata":${later.metadata}}` });
  expect(message.headers).toMatchObject({
    ce_type: 'com.confledger.EnvironmentDefined',
    ce_time: '2027-01-05T09:00:00.000Z',
    ce_revision: '4',
  });
});

test('what was written says which event it is', () => {
  const { key, headers = {} } = changeMessage('inst', event(), 12);
  const asRead = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(String(value))]));
  expect(readChange({ key: Buffer.from(String(key)), headers: asRead })).toEqual({
    installation: 'inst',
    event: { stream: 'config-production.trading-engine', revision: 4, id: '6f0c8b3e-5a51-8d3c-9c1f-2f3a4b5c6d7e' },
    position: 17n,
    partitions: 12,
  });
});

test.each([
  ['no key', null, { ce_source: 'urn:confledger:inst', ce_position: 'inst:1' }],
  ['no headers', 'k', {}],
  ['another source', 'k', { ce_source: 'urn:else:inst', ce_position: 'inst:1' }],
  ['no position', 'k', { ce_source: 'urn:confledger:inst' }],
  ['a position that is none', 'k', { ce_source: 'urn:confledger:inst', ce_position: 'inst:x' }],
  ['a position of another than its source', 'k', { ce_source: 'urn:confledger:inst', ce_position: 'other:1' }],
])('a record with %s is none of ours', (_, key, headers) => {
  expect(readChange({ key: key === null ? null : Buffer.from(key), headers })).toBeNull();
});
