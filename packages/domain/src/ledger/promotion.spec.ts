// What a promotion sets, skips, prunes and refuses.
import type { JsonObject } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import { documentOf, inheriting, parent } from '../../../../test/support/src/layers.js';
import { created, deleted, given, refused, set, type When } from '../../../../test/support/src/ledger-spec.js';
import { refuse } from '../stream/refusals.js';
import type { PromoteCommand } from './promoted-version.js';
import { promotionPlan } from './promotion.js';

const PROMOTE: PromoteCommand = { type: 'Promote', from: 'staging.trading-engine', version: 'active', paths: null, prune: false };
const source = (json: JsonObject): Pick<When, 'promoted'> => ({ promoted: { kind: 'found', version: 7, document: documentOf(json) } });

test('sets the own leaves of the source, and touches nothing else', () => {
  given([created(), set('a', 1), set('kept', true)])
    .when(PROMOTE, source({ a: 2, b: { c: 3 } }))
    .then([set('a', 2), set('b.c', 3)]);
});

test('makes the ledger where there is none, and says what it was made from', () => {
  const { history, when } = given();
  when(PROMOTE, source({ a: 1 })).then([created(), set('a', 1)]);
  expect(history.events.map(({ metadata }) => metadata.source)).toEqual([
    { kind: 'promotion', ledger: 'staging.trading-engine', version: 7 },
    { kind: 'promotion', ledger: 'staging.trading-engine', version: 7 },
  ]);
});

test('does nothing where the target has it all', () => {
  given([created(), set('a', 1), set('b', 2)])
    .when(PROMOTE, source({ a: 1 }))
    .then('nothing');
});

describe('a leaf that the target inherits with the same value', () => {
  const inheritsLimits = { environment: inheriting(['base']), parents: [parent('base', 4, { limits: { btc: 1, eth: 2 } })] };

  test('is not set, so that it goes on following its parents', () => {
    given([created(), set('own', 1)])
      .when(PROMOTE, { ...source({ limits: { btc: 1, eth: 5 } }), ...inheritsLimits })
      .then([set('limits.eth', 5)]);
  });

  test('is set where the target has an own value there, which hides what it inherits', () => {
    given([created(), set('limits.btc', 9)])
      .when(PROMOTE, { ...source({ limits: { btc: 1 } }), ...inheritsLimits })
      .then([set('limits.btc', 1)]);
  });

  test('is set where the target hides it', () => {
    given([created(), set('$inherit.hide', ['limits.btc'])])
      .when(PROMOTE, { ...source({ limits: { btc: 1 } }), ...inheritsLimits })
      .then([set('limits.btc', 1)]);
  });

  test('is set where an own {} of the target hides it', () => {
    given([created(), set('limits', {})])
      .when(PROMOTE, { ...source({ limits: { btc: 1 } }), ...inheritsLimits })
      .then([set('limits.btc', 1)]);
  });
});

describe('pruning', () => {
  const target = [created(), set('$inherit.hide', ['x']), set('a', 1), set('b', 2), set('c.d', 3)];
  const environment = inheriting(['base']);

  test('deletes own leaves of the target that the source lacks, and leaves $inherit alone', () => {
    given(target)
      .when({ ...PROMOTE, prune: true }, { ...source({ a: 1, $inherit: { hide: ['y'] } }), environment })
      .then([deleted('b'), deleted('c.d')]);
  });

  test('stays within the paths that are named', () => {
    given(target)
      .when({ ...PROMOTE, prune: true, paths: ['c'] }, { ...source({ a: 7 }), environment })
      .then([deleted('c.d')]);
  });

  test('is needed to replace a value by an object, or an object by a value', () => {
    given([created(), set('a', 1), set('c.d', 3)])
      .when(PROMOTE, source({ c: 5 }))
      .then(refused('PROMOTION_WOULD_DELETE', { at: 'c.d', says: /prune: true/ }));
    given([created(), set('a', 1), set('c.d', 3)])
      .when({ ...PROMOTE, prune: true, paths: ['c'] }, source({ c: 5 }))
      .then([deleted('c.d'), set('c', 5)]);
    given([created(), set('a', 1)])
      .when(PROMOTE, source({ a: { b: 1 } }))
      .then(refused('PROMOTION_WOULD_DELETE', { at: 'a' }));
  });
});

test('named paths alone are promoted, leaves and subtrees', () => {
  given([created(), set('a', 1)])
    .when({ ...PROMOTE, paths: ['b', 'c.d'] }, source({ a: 9, b: { x: 1, y: 2 }, c: { d: 3, e: 4 } }))
    .then([set('b.x', 1), set('b.y', 2), set('c.d', 3)]);
});

describe('refused is', () => {
  const target = [created(), set('a', 1)];

  test('a ledger into itself', () => {
    given(target)
      .when({ ...PROMOTE, from: 'production.trading-engine' }, source({}))
      .then(refused('PROMOTION_SAME_LEDGER', { at: 'from' }));
  });

  test('a source without the version, with the reason of the source', () => {
    const refusal = refuse('NOTHING_ACTIVE', 'version', 'Nothing is active in staging.trading-engine', 'Activate a version first');
    given(target)
      .when(PROMOTE, { promoted: { kind: 'refused', refusal } })
      .then(refused('NOTHING_ACTIVE', { says: /staging/ }));
  });

  test('a path at which neither has anything, one of $inherit, one that overlaps another, one that is none', () => {
    const when = (paths: readonly string[]) => given(target).when({ ...PROMOTE, paths }, source({ a: 2, b: 1 }));
    when(['z']).then(refused('KEY_NOT_FOUND', { at: 'z' }));
    when(['$inherit.hide']).then(refused('NAME_RESERVED', { at: '$inherit.hide' }));
    when(['a', 'a.b']).then(refused('BATCH_OVERLAPPING_KEYS'));
    when(['a..b']).then(refused('PATH_EMPTY_SEGMENT'));
  });

  test('what would go live with drafts that others wrote', () => {
    given(target, { type: 'Activate', version: 1 }, set('b', 5))
      .when(PROMOTE, { ...source({ c: 1 }), guards: { activate: true } })
      .then(refused('PENDING_CHANGES'));
  });
});

test('the plan lists what is skipped, and what the source lacks', () => {
  const plan = promotionPlan({
    source: documentOf({ a: 1, b: 2, $inherit: { hide: ['x'] } }),
    head: documentOf({ old: 1, $inherit: { hide: ['y'] } }),
    inherited: documentOf({ b: 2 }),
    paths: null,
  });
  expect(plan).toMatchObject({ skipped: [{ path: 'b', value: 2 }], lacking: [{ path: 'old', value: 1 }] });
  expect(plan.selection.toJson()).toEqual({ a: 1 });
});
