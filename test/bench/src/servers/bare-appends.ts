// Appends of one event by the public client of EventStoreDB, one stream a lane. Started by the EventStoreDB benchmark.
import { BareStream, bareClient, type EventBytes } from '../bare-append.js';
import { lanesAsked, runLanes } from '../lanes.js';
import { answers, ready } from './lifecycle.js';

const { BENCH_EVENT_STORE: url = '', BENCH_NAMESPACE: namespace = '', BENCH_EVENT: event = '' } = process.env;
const events = [JSON.parse(event) as EventBytes];
const client = bareClient(url);
const streams = new Map<number, BareStream>();
answers((question) =>
  runLanes(lanesAsked(question), (lane) => {
    const stream = streams.get(lane) ?? new BareStream(client, `${namespace}-bare-${lane}`, events);
    streams.set(lane, stream);
    return stream.append();
  }),
);
ready({}, () => client.dispose());
