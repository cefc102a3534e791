import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSecretName } from './index.js';

const golden = JSON.parse(readFileSync(new URL('golden/secret-names.json', import.meta.url), 'utf8')) as Record<
  'secret' | 'plain',
  string[]
>;
const segmentsOf = (path: string): string[] => (path === '' ? [] : path.split('.'));

describe('the rule of names', () => {
  it.each(golden.secret)('takes %s for a secret', (path) => {
    expect(isSecretName(segmentsOf(path))).toBe(true);
  });

  it.each(golden.plain)('takes %s for no secret', (path) => {
    expect(isSecretName(segmentsOf(path))).toBe(false);
  });

  it('has known false alarms, which a schema puts right', () => {
    expect(isSecretName(['filter', 'highPass'])).toBe(true);
    expect(isSecretName(['filter', 'lowPass'])).toBe(true);
  });
});
