// A watch of one key of etcd in a process of its own: sends its parent a message for each put that it is notified of.
import { ETCD_CLIENTS, type EtcdClientName } from '../etcd/clients.js';
import { hasEvents, WATCH_PATH, watchRequest } from '../etcd/messages.js';
import { ready } from './lifecycle.js';

const { BENCH_URL: url = '', BENCH_KEY: key = '', BENCH_CLIENT: client = '' } = process.env;
const connection = await ETCD_CLIENTS[client as EtcdClientName](url);
await new Promise<void>((resolve) => {
  connection.stream(WATCH_PATH, watchRequest(key), (response) => {
    if (hasEvents(response)) process.send?.({ swapped: key, at: Number(process.hrtime.bigint()) / 1e6 });
    else resolve(); // created
  });
});
ready({}, () => {
  connection.close();
  return Promise.resolve();
});
