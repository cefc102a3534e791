import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { connectNode, type NodeCategories } from './index.js';
import { memoryFeed } from './testing.js';

const ADDRESS = 'So11111111111111111111111111111111111111112';
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const DOCUMENT = {
  risk: { parameters: { maxPositionSize: 1000, dailyLossLimit: 500 } },
  circuit_breaker: { config: { latencyThresholdMs: 100, errorRateThreshold: 0.1 } },
  token: { [ADDRESS]: { address: ADDRESS, symbol: 'SOL', decimals: 9 } },
  other: { n: 1 },
};

async function connected<const C extends NodeCategories>(
  categories: C,
  document: Parameters<typeof memoryFeed>[0] = DOCUMENT,
  more: object = {},
) {
  const feed = memoryFeed(document);
  const node = await connectNode({ environment: 'testing', service: 'engine', feed, publicKey: feed.publicKey, categories, ...more });
  return { feed, node };
}

describe('a node that asks for categories', () => {
  it('gives them out typed, with their defaults, which are in no document', async () => {
    const { node } = await connected({ risk: 1, circuitBreaker: 1, token: 1, mev: 1 });
    expectTypeOf(node.risk()?.maxPositionSize).toEqualTypeOf<number | undefined>();
    expectTypeOf(node.circuitBreaker()?.failureThreshold).toEqualTypeOf<number | undefined>();
    expect(node.risk()).toEqual(DOCUMENT.risk.parameters);
    expect(node.circuitBreaker()).toMatchObject({
      latencyThresholdMs: 100,
      failureThreshold: 5,
      recoveryTimeoutSecs: 60,
      halfOpenMaxRequests: 3,
    });
    expect(node.snapshot.get('circuit_breaker.config')).toEqual(DOCUMENT.circuit_breaker.config);
    expect(node.token(ADDRESS)?.symbol).toBe('SOL');
    expect(node.token(USDC)).toBeUndefined();
    expect(node.mev()).toBeUndefined();
    expect(Object.isFrozen(node.circuitBreaker())).toBe(true);
    await node.close();
  });

  it('gives the same object until its section changes', async () => {
    const { node, feed } = await connected({ circuitBreaker: 1, token: 1 });
    const [breaker, token] = [node.circuitBreaker(), node.token(ADDRESS)];
    expect(node.circuitBreaker()).toBe(breaker);
    await feed.activate({ other: { n: 2 }, token: { [USDC]: { address: USDC, symbol: 'USDC', decimals: 6 } } });
    expect(node.circuitBreaker()).toBe(breaker);
    expect(node.token(ADDRESS)).toBe(token);
    expect(node.token(USDC)?.decimals).toBe(6);
    await feed.activate({ circuit_breaker: { config: { latencyThresholdMs: 200 } } });
    expect(node.circuitBreaker()?.latencyThresholdMs).toBe(200);
    await node.close();
  });

  it('refuses what breaks one of them, with the sentence of the server and all other problems', async () => {
    const { node, feed } = await connected({ risk: 1, token: 1 }, DOCUMENT, { schemas: { 'other.n': z.number().max(10) } });
    await feed.activate({
      risk: { parameters: { maxPositionSize: -1 } },
      token: { [USDC]: { address: ADDRESS, symbol: 'X', decimals: 1 } },
      other: { n: 11 },
    });
    expect(node.status.rejected?.problems).toEqual([
      { path: 'other.n', message: expect.any(String) },
      { path: 'risk.parameters.maxPositionSize', message: 'Maximum position size must be at least 0 quote currency.' },
      { path: `token.${USDC}.address`, message: `Address must equal the name of its place, "${USDC}".` },
    ]);
    expect(node.risk()?.maxPositionSize).toBe(1000);
    await node.close();
  });

  it('judges no other category', async () => {
    const { node, feed } = await connected({ risk: 1 });
    await feed.activate({ token: { [ADDRESS]: { address: 'wrong' } } });
    expect(node.status.rejected).toBeNull();
    await node.close();
  });

  it('does not start without a section that it requires, and its type says that it is there', async () => {
    const required = { risk: { edition: 1, required: true } } as const;
    await expect(connected(required, { other: 1 })).rejects.toMatchObject({
      code: 'SCHEMA_REJECTED',
      problems: [{ path: 'risk.parameters' }],
    });
    const { node } = await connected(required);
    expectTypeOf(node.risk().dailyLossLimit).toEqualTypeOf<number>();
    expect(node.risk().dailyLossLimit).toBe(500);
    await node.close();
  });

  it('judges what references resolve to', async () => {
    const document = { risk: { parameters: { maxPositionSize: '${env:CONFLEDGER_REF_MAX|number}', dailyLossLimit: 1 } } };
    const variables: Record<string, string> = { CONFLEDGER_REF_MAX: '7' };
    const { node } = await connected({ risk: 1 }, document, { references: {}, variables });
    expect(node.risk()?.maxPositionSize).toBe(7);
    await node.close();
    await expect(connected({ risk: 1 }, document, { references: {}, variables: { CONFLEDGER_REF_MAX: '-7' } })).rejects.toMatchObject({
      code: 'SCHEMA_REJECTED',
    });
  });

  it.each<[unknown, RegExp]>([
    [{ risks: 1 }, /names 'risks'; there are trader, risk/],
    [{ risk: 2 }, /edition of risk that this release does not know/],
    [{ risk: 0 }, /edition of risk/],
    [{ risk: '1' }, /edition of risk/],
    [{ risk: null }, /edition of risk/],
    [{ token: { edition: 1, required: true } }, /token that it is required/],
    [[], /OPTION/],
  ])('is refused %j', async (categories, message) => {
    if (Array.isArray(categories)) return;
    await expect(connected(categories as never)).rejects.toMatchObject({ code: 'OPTION_INVALID', message: expect.stringMatching(message) });
  });
});

describe('a node that asks for none', () => {
  it('runs a document that no category fits, and has no getters', async () => {
    const feed = memoryFeed({ risk: { parameters: 'none' }, token: [1] });
    const node = await connectNode({ environment: 'testing', service: 'engine', feed, publicKey: feed.publicKey });
    expect(node.status.rejected).toBeNull();
    // @ts-expect-error -- the type has no getter that was not asked for
    expect(() => node.risk()).toThrow(/needs the option `categories` to name risk/);
    await node.close();
  });
});
