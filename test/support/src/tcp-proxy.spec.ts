// The proxy's own rules, against an echo server.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, tcpProxy, type TcpProxy } from './index.js';

let echo: Server;
let proxy: TcpProxy;
let client: Socket;
let heard: string;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await tcpProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
  heard = '';
  client = connect(proxy.port, proxy.host);
  client.on('error', () => undefined).on('data', (chunk) => (heard += chunk.toString()));
  client.write('a');
  await eventually(() => heard === 'a');
});

afterEach(async () => {
  client.destroy();
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

test('a paused proxy holds chunks back and forwards them in order when it resumes', async () => {
  let seen = 0;
  proxy.onRequest = () => (seen += 1);
  proxy.pause();
  client.write('b');
  await eventually(() => seen === 1);
  client.write('c');
  await eventually(() => seen === 2);
  expect(heard).toBe('a');
  proxy.resume();
  await eventually(() => heard === 'abc');
});

test('a proxy paused towards the client lets requests pass', async () => {
  let answers = 0;
  proxy.onAnswer = () => (answers += 1);
  proxy.pause('toClient');
  client.write('b');
  await eventually(() => answers === 1);
  expect(heard).toBe('a');
});

test('cut resets open connections and serves new ones', async () => {
  proxy.cut();
  await eventually(() => client.closed);
  let again = '';
  const next = connect(proxy.port, proxy.host).on('data', (chunk) => (again += chunk.toString()));
  next.write('x');
  await eventually(() => again === 'x');
  next.destroy();
  await eventually(() => proxy.connections === 0);
});

test('a shut proxy refuses connections until it opens', async () => {
  proxy.shut();
  const refused = connect(proxy.port, proxy.host).on('error', () => undefined);
  await eventually(() => refused.closed);
  proxy.open();
  let again = '';
  const next = connect(proxy.port, proxy.host).on('data', (chunk) => (again += chunk.toString()));
  next.write('x');
  await eventually(() => again === 'x');
  next.destroy();
});
