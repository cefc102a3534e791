// The memory feed against the port's suite: users test with it, so it behaves as the real ones do.
import { feedConformance, markerOf, type FeedHarness } from '@confledger/conformance';
import { MemoryChannel } from './memory-channel.js';

feedConformance({ name: 'the memory feed', create });

function create(): Promise<FeedHarness> {
  const channels = new Map<string, MemoryChannel>();
  const channelOf = (ledger: string): MemoryChannel => {
    const channel = channels.get(ledger) ?? new MemoryChannel();
    channels.set(ledger, channel);
    return channel;
  };
  const forAll = (act: (channel: MemoryChannel) => void): Promise<void> => {
    for (const channel of channels.values()) act(channel);
    return Promise.resolve();
  };
  return Promise.resolve({
    feed: { reportTarget: null, open: ({ environment, service }, sink) => channelOf(`${environment}.${service}`).open(sink) },
    publish: (active) => {
      channelOf(active.ledger).publish(markerOf(active), active.document);
      return Promise.resolve();
    },
    breakOff: () => forAll((channel) => channel.disconnect()),
    heal: () => forAll((channel) => channel.reconnect()),
    close: () => Promise.resolve(),
  });
}
