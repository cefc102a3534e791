// Configurations in the shape of those that trading bots have, with invented keys: they go in, come out equal, and are edited in place.
import { readdirSync, readFileSync } from 'node:fs';
import { equalJson, type JsonObject } from '@confledger/document/json-and-paths';
import { parse as parseSmolToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { decodeText } from './decode.js';
import { formatOfFileName, type Format } from './format.js';
import { parseFormat } from './parse-format.js';
import { updateText } from './update-text.js';
import { nullPaths } from './toml/write.js';
import { writeFormat } from './write-format.js';

const folder = new URL('fixtures/', import.meta.url);
/** Freqtrade reads comments in its config.json. */
const formatOf = (name: string): Format => (name.startsWith('freqtrade') ? 'jsonc' : (formatOfFileName(name) ?? 'json'));

function textOf(name: string): string {
  const decoded = decodeText(readFileSync(new URL(name, folder)));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return decoded.text;
}

function valueOf(name: string): JsonObject {
  const parsed = parseFormat(textOf(name), formatOf(name));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const names = readdirSync(folder);

test('all six are there', () => expect(names).toHaveLength(6));

describe.each(names)('%s', (name) => {
  test('goes in, and comes out equal in every format that can carry it', () => {
    const value = valueOf(name);
    for (const format of ['yaml', 'toml', 'json'] as const) {
      const written = writeFormat(value, format);
      const paths = format === 'toml' ? nullPaths(value) : [];
      if (paths.length > 0) expect(written).toMatchObject({ ok: false, problem: { code: 'CANNOT_CARRY', paths } });
      else expect(written.ok && parseFormat(written.text, format)).toMatchObject({ ok: true, value });
    }
  });

  test('each of its leaves is changed in place: one line differs, or those of the old value', () => {
    const [format, text, value] = [formatOf(name), textOf(name), valueOf(name)];
    if (format === 'env') return;
    for (const [member, old] of Object.entries(value)) {
      if (typeof old === 'object') continue;
      const updated = updateText(text, format, { ...value, [member]: 'changed' });
      expect(updated.ok && parseFormat(updated.text, format)).toMatchObject({ ok: true, value: { [member]: 'changed' } });
      const kept = updated.ok ? updated.text.split('\n').filter((line) => text.includes(line)).length : 0;
      expect(text.split('\n').length - kept).toBeLessThanOrEqual(/[\n ]/.test(String(old)) ? 3 : 1);
    }
  });
});

test('YAML and TOML of bots mean what other parsers say', () => {
  expect(equalJson(valueOf('hummingbot.conf.yml'), parseYaml(textOf('hummingbot.conf.yml')) as JsonObject)).toBe(true);
  expect(equalJson(valueOf('jesse.yaml'), parseYaml(textOf('jesse.yaml')) as JsonObject)).toBe(true);
  expect(equalJson(valueOf('nautilus.toml'), parseSmolToml(textOf('nautilus.toml')) as JsonObject)).toBe(true);
});

test('what bots write carelessly has one meaning', () => {
  expect(valueOf('hummingbot.conf.yml')).toMatchObject({
    hanging_orders_enabled: 'no',
    started: '2026-03-01',
    add_transaction_costs: null,
    minimum_spread: -100,
  });
  expect(valueOf('jesse.yaml')).toMatchObject({
    session: { debug: 'on' },
    defaults: { balance: '10_000' },
    logging: { order_cancellation: 'NO' },
  });
  expect(valueOf('openalgo.env')).toMatchObject({
    BROKER_API_SECRET: 'invented#broker#secret',
    LOGS_DATABASE_URL: 'sqlite:///db/logs.db',
    SMTP_PASSWORD: '',
    FLASK_PORT: '5000',
    RISK: { MAX_ORDERS: '10', symbols: { ALLOWED: '["INFY","TCS"]' } },
  });
});
