// One activation, as its event says.
import { LedgerId, statementOf } from '@confledger/domain';
import { expect, test } from 'vitest';
import { testInstallation } from '../../../../test/support/src/inheriting-core.js';

test.each([1, 2] as const)(
  'an activation with a statement of form %i names the one before it, and a number of another event none',
  async (form) => {
    const api = (await testInstallation({ statement: () => statementOf(form) })).api();
    const desk = LedgerId.of('production', 'desk');
    const activations: (number | undefined)[] = [];
    for (const value of [1, 2]) {
      const { activated } = await api.done('production.desk', { type: 'Set', path: 'a', value }, { activate: true });
      activations.push(activated?.activation);
    }
    const [first = -1, second = -1] = activations;
    expect(await api.ledgers.activationAt(desk, first)).toMatchObject({ activation: first, previousActivation: null, layers: [] });
    expect(await api.ledgers.activationAt(desk, second)).toMatchObject({ activation: second, previousActivation: first, actor: 'alice' });
    expect(await api.ledgers.activationAt(desk, second - 1)).toBeNull();
    expect(await api.ledgers.activationAt(desk, second + 1)).toBeNull();
  },
);
