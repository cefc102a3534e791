import { isDeepStrictEqual, format, inspect } from 'node:util';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import { isSecret, Secret, SECRET_MASK } from './index.js';

const VALUE = 'p4ss-w0rd-that-must-not-be-seen';

describe('a secret', () => {
  it('gives its value when it is asked to, the same each time', () => {
    const value = Object.freeze(['a']);
    const secret = new Secret(value);
    expect(secret.reveal()).toBe(value);
    expect(secret.reveal()).toBe(value);
  });

  it.each<[string, (secret: Secret) => string]>([
    ['JSON', (secret) => JSON.stringify({ secret })],
    ['inspect', (secret) => inspect({ secret }, { depth: 9, showHidden: true })],
    ['%s', (secret) => format('%s', secret)],
    ['%o', (secret) => format('%o %O', { secret }, secret)],
    ['a spread', (secret) => JSON.stringify(Object.assign({}, secret))],
    ['a clone', (secret) => inspect(structuredClone(secret), { showHidden: true })],
    ['entries', (secret) => String(Object.entries(secret))],
    ['its own names', (secret) => Object.getOwnPropertyNames(secret).join()],
  ])('is not seen in %s', (_way, show) => {
    expect(show(new Secret(VALUE))).not.toContain(VALUE);
  });

  it('is a mask in the lines of pino and winston', () => {
    const lines: string[] = [];
    const secret = new Secret(VALUE);
    pino({}, { write: (line: string) => void lines.push(line) }).info({ secret, deep: { secret } }, 'started');
    const transport = new winston.transports.Console();
    transport.log = (info: unknown, next: () => void) => {
      lines.push(String((info as Record<symbol, unknown>)[Symbol.for('message')]));
      next();
    };
    winston.createLogger({ transports: [transport], format: winston.format.json() }).info('started', { secret });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain(VALUE);
    expect(lines.join()).toContain(SECRET_MASK);
  });

  it.each<[string, (secret: never) => unknown]>([
    ['template', (secret) => `in ${secret as string}`],
    ['sum', (secret) => 'postgres://' + secret],
    ['number', (secret) => Number(secret)],
    ['String()', (secret) => String(secret)],
  ])('throws in a %s, with the remedy', (_way, use) => {
    expect(() => use(new Secret(VALUE) as never)).toThrow(/\.reveal\(\)/);
  });

  it('differs from another one, as its clone does, and not from itself', () => {
    const [one, other] = [new Secret('one'), new Secret('other')];
    expect(isDeepStrictEqual(one, other)).toBe(false);
    expect(isDeepStrictEqual(structuredClone(one), structuredClone(other))).toBe(false);
    expect(isDeepStrictEqual(structuredClone(one), structuredClone(one))).toBe(true);
  });

  it('has a name without its value when it is cloned', () => {
    const secret = new Secret(VALUE);
    expect(structuredClone(secret)).toEqual({ $sealed: secret.$sealed });
  });

  it('cannot be altered', () => {
    expect(Object.isFrozen(new Secret(VALUE))).toBe(true);
  });

  it('is known by its brand, not by its class', () => {
    const foreign = { [Symbol.for('confledger.secret')]: true, reveal: () => VALUE };
    expect(isSecret(new Secret(VALUE))).toBe(true);
    expect(isSecret(foreign)).toBe(true);
    expect(isSecret({ $sealed: 'x' })).toBe(false);
    expect(isSecret(null)).toBe(false);
    expect(isSecret('x')).toBe(false);
  });
});
