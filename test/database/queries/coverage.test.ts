import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { completeness } from '../../../lib/database/queries/coverage/completeness.ts';
import { readLedger } from '../../../lib/database/queries/coverage/ledger.ts';
import type { AsOf } from '../../../lib/inventory/query.ts';
import { createInventory, type Inventory, readAt, startedAt } from '../fixtures/inventory.ts';

const shown = ['virtualMachines'] as const;
const shownByState = ['virtualMachines', 'powerStates'] as const;
let inventory: Inventory;
beforeEach(() => {
  inventory = createInventory();
});
afterEach(() => inventory[Symbol.dispose]());

const complete = (asOf: AsOf, filter = {}) => completeness(inventory.open(), asOf, shown, filter).complete;
/** Two subscriptions, read completely. */
const twoComplete = (): AsOf => {
  const asOf = inventory.run();
  for (const id of ['sub-1', 'sub-2']) {
    inventory.subscription(id);
    inventory.read(id);
    inventory.read(id, 'complete', { kind: 'powerStates' });
  }
  return asOf;
};

describe('an answer is complete', () => {
  test('when every subscription was read completely', () => {
    const asOf = twoComplete();
    expect(completeness(inventory.open(), asOf, shown, {})).toEqual({
      complete: true,
      coverage: { complete: 2, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: 0 },
    });
  });

  test('when a subscription was skipped, and when power states failed or were not requested', () => {
    twoComplete();
    const asOf = inventory.run();
    inventory.read('sub-1', 'skipped', { reason: 'SubscriptionDeleted' });
    inventory.read('sub-2');
    inventory.read('sub-2', 'failed', { kind: 'powerStates' });
    expect(completeness(inventory.open(), asOf, shown, {})).toEqual({
      complete: true,
      coverage: { complete: 1, partial: 0, failed: 0, denied: 0, skipped: 1, blindSpots: 0 },
    });
  });

  test('when the missing subscriptions are out of scope or forgotten', () => {
    twoComplete();
    const asOf = inventory.run();
    inventory.read('sub-2');
    inventory.subscription('sub-1', { visibility: 'forgotten' });
    expect(complete(asOf)).toBe(true);
  });

  test('for an unknown subscription', () => {
    const asOf = twoComplete();
    inventory.read('sub-3', 'failed');
    expect(completeness(inventory.open(), asOf, shown, { subscriptionId: 'none' })).toEqual({
      complete: true,
      coverage: { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: 0 },
    });
  });
});

describe('an answer on machines in a power state', () => {
  const completeByState = (asOf: AsOf) => completeness(inventory.open(), asOf, shownByState, {}).complete;

  test('is complete when the states of all subscriptions with machines were read', () => {
    twoComplete();
    const asOf = inventory.run();
    inventory.read('sub-1', 'skipped', { reason: 'SubscriptionDeleted' });
    inventory.read('sub-2');
    inventory.read('sub-2', 'complete', { kind: 'powerStates' });
    expect(completeByState(asOf)).toBe(true);
  });

  test('is not complete on an older run, because earlier power states are not kept', () => {
    const before = twoComplete();
    const asOf = inventory.run();
    expect([completeByState(before), completeByState(asOf)]).toEqual([false, true]);
  });

  test.each(['partial', 'failed', 'denied'] as const)('is not complete when the states of one are %s', (status) => {
    twoComplete();
    const asOf = inventory.run();
    inventory.read('sub-2');
    inventory.read('sub-2', status, { kind: 'powerStates' });
    expect(completeness(inventory.open(), asOf, shownByState, {})).toMatchObject({
      complete: false,
      coverage: { complete: 1, partial: 1 },
    });
  });

  test('is not complete when power states were not requested', () => {
    const asOf = inventory.run();
    inventory.subscription('sub-1');
    inventory.read('sub-1');
    expect(completeByState(asOf)).toBe(false);
  });
});

describe('an answer is not complete', () => {
  test.each(['partial', 'failed', 'denied'] as const)(
    'when a subscription is %s, unless the filter rules it out',
    (status) => {
      twoComplete();
      const asOf = inventory.run();
      inventory.read('sub-1');
      inventory.read('sub-2', status);
      expect(completeness(inventory.open(), asOf, shown, {})).toMatchObject({
        complete: false,
        coverage: { complete: 1, [status]: 1 },
      });
      expect([complete(asOf, { subscriptionId: 'SUB-2' }), complete(asOf, { subscriptionId: 'sub-1' })]).toEqual([
        false,
        true,
      ]);
    },
  );

  test('when a run over another subscription left an older gap', () => {
    const before = twoComplete();
    inventory.run();
    inventory.read('sub-1', 'failed');
    const asOf = inventory.run({ scope: ['sub-2'] });
    inventory.read('sub-2');
    expect([before, asOf].map((at) => complete(at))).toEqual([true, false]);
  });

  test('when a subscription is lost: it counts as a blind spot, not by status', () => {
    twoComplete();
    const asOf = inventory.run();
    inventory.read('sub-2');
    inventory.subscription('sub-1', { visibility: 'lost' });
    inventory.blindSpot('sub-1');
    expect(completeness(inventory.open(), asOf, shown, {})).toEqual({
      complete: false,
      coverage: { complete: 1, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: 1 },
    });
    expect([complete(asOf, { subscriptionId: 'sub-1' }), complete(asOf, { subscriptionId: 'sub-2' })]).toEqual([
      false,
      true,
    ]);
  });

  test('when a configured subscription was never seen', () => {
    const asOf = twoComplete();
    inventory.blindSpot('sub-9', 'configured');
    expect([complete(asOf), complete(asOf, { subscriptionId: 'sub-9' })]).toEqual([false, false]);
  });

  test('when blind spots are not known, even after a run over one subscription', () => {
    twoComplete();
    inventory.run({ blindSpotsKnown: false });
    for (const id of ['sub-1', 'sub-2']) inventory.read(id);
    const asOf = inventory.run({ scope: ['sub-1'] });
    inventory.read('sub-1');
    const answer = completeness(inventory.open(), asOf, shown, {});
    expect([answer.complete, answer.coverage.blindSpots]).toEqual([false, null]);
    expect(readLedger(inventory.open(), asOf).blindSpots).toBeNull();
  });

  test.each(['NoSubscriptions', 'SuspiciousTenantShrink'])('while the list of subscriptions is %s', (reason) => {
    twoComplete();
    const doubtful = inventory.run({ reason });
    for (const id of ['sub-1', 'sub-2']) inventory.read(id);
    const again = inventory.run();
    for (const id of ['sub-1', 'sub-2']) inventory.read(id);
    expect([doubtful, again].map((at) => complete(at))).toEqual([false, true]);
  });

  test('when it shows a kind that was not read', () => {
    const asOf = twoComplete();
    const answer = completeness(inventory.open(), asOf, ['virtualMachines', 'arcMachines'], {});
    expect(answer).toMatchObject({ complete: false, coverage: { complete: 0, partial: 2 } });
  });
});

describe('an answer on other kinds', () => {
  test.each(['denied', 'failed', 'skipped'] as const)('has the status %s of the one kind shown', (status) => {
    twoComplete();
    const asOf = inventory.run();
    for (const id of ['sub-1', 'sub-2']) inventory.read(id, status === 'skipped' ? status : 'complete');
    inventory.read('sub-1', 'complete', { kind: 'scaleSets' });
    inventory.read('sub-2', status, { kind: 'scaleSets' });
    expect(completeness(inventory.open(), asOf, ['scaleSets'], {})).toMatchObject({
      complete: status === 'skipped',
      coverage: { complete: 1, [status]: 1 },
    });
  });

  test('is partial when one of several kinds is denied', () => {
    twoComplete();
    const asOf = inventory.run();
    for (const id of ['sub-1', 'sub-2']) inventory.read(id);
    inventory.read('sub-1', 'complete', { kind: 'identities' });
    inventory.read('sub-2', 'denied', { kind: 'identities' });
    expect(completeness(inventory.open(), asOf, ['virtualMachines', 'identities'], {})).toMatchObject({
      complete: false,
      coverage: { complete: 1, partial: 1 },
    });
  });

  test('is complete when it shows only the subscriptions themselves', () => {
    twoComplete();
    const asOf = inventory.run();
    inventory.read('sub-1', 'denied');
    inventory.read('sub-2', 'denied');
    expect(completeness(inventory.open(), asOf, [], {})).toMatchObject({ complete: true, coverage: { complete: 2 } });
  });
});

describe('the ledger', () => {
  test('has a row per visible subscription with its kinds, reason, machines and last complete reading', () => {
    twoComplete();
    inventory.machine({ name: 'one', subscription: 'sub-2' });
    const asOf = inventory.run();
    inventory.read('sub-1');
    inventory.read('sub-1', 'failed', { kind: 'powerStates', reason: 'Throttled' });
    inventory.read('sub-2', 'partial', { reason: 'NotReaderOnSubscription' });
    inventory.subscription('sub-3', { visibility: 'lost' });
    inventory.blindSpot('sub-3');
    const reasonOf = (code: string) => ({ code, message: code, hint: 'do it' });
    const row = {
      tenantId: 'tenant-1',
      state: 'Enabled',
      retries: 0,
      throttledMilliseconds: 0,
      requestId: 'request-virtualMachines',
      source: null,
    };
    expect(readLedger(inventory.open(), asOf)).toEqual({
      coverage: [
        {
          ...row,
          subscriptionId: 'sub-1',
          displayName: 'Name of sub-1',
          status: 'complete',
          reason: null,
          kinds: {
            virtualMachines: { status: 'complete', reason: null, count: 5 },
            powerStates: { status: 'failed', reason: reasonOf('Throttled'), count: 5 },
          },
          virtualMachineCount: 0,
          requests: 4,
          pages: 2,
          readAt: readAt(2),
        },
        {
          ...row,
          subscriptionId: 'sub-2',
          displayName: 'Name of sub-2',
          status: 'partial',
          reason: reasonOf('NotReaderOnSubscription'),
          kinds: { virtualMachines: { status: 'partial', reason: reasonOf('NotReaderOnSubscription'), count: 5 } },
          virtualMachineCount: 1,
          requests: 2,
          pages: 1,
          readAt: readAt(1),
        },
      ],
      blindSpots: [
        {
          subscriptionId: 'sub-3',
          displayName: null,
          source: 'previousRun',
          since: startedAt(2),
          grantCommand: 'az …',
        },
      ],
    });
  });

  test('is that of the requested run', () => {
    const before = twoComplete();
    const after = inventory.run();
    for (const id of ['sub-1', 'sub-2']) inventory.read(id, 'denied');
    const statusAt = (asOf: AsOf) => readLedger(inventory.open(), asOf).coverage.map((row) => row.status);
    expect([statusAt(before), statusAt(after)]).toEqual([
      ['complete', 'complete'],
      ['denied', 'denied'],
    ]);
  });
});
