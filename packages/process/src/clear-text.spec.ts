import { expect, test } from 'vitest';
import { clearTextWarning } from './clear-text.js';

test.each(['127.0.0.1', '127.0.1.1', '::1', '::ffff:127.0.0.1'])(
  '%s is reached from this machine alone: there is no warning',
  (address) => {
    expect(clearTextWarning({ address, port: 8011 })).toBeNull();
  },
);

test.each(['0.0.0.0', '::', '192.168.1.7', '10.0.0.1', '2001:db8::7', 'fe80::1', '::ffff:192.168.1.7'])(
  '%s is reached from other machines: the warning names the risk and both remedies',
  (address) => {
    const warning = clearTextWarning({ address, port: 8022 });
    expect(warning).toContain(`reach this server at ${address}`);
    expect(warning).toMatch(/tokens and values travel in clear text.*TLS in front.*ssh -N -L 8022:127\.0\.0\.1:8022/);
  },
);
