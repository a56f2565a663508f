import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import { grantReaderCommand } from '../../lib/inventory/coverage.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { origin, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

type Served = ReturnType<typeof servedInventory>;

const reader = '99999999-9999-4999-8999-999999999999';
const idOf = (n: number) => `6666666${n}-6666-4666-8666-666666666666`;

/** Stores a reason with a hint, as a run does. */
function setHint(served: Served, subscriptionId: string, hint: string | null): void {
  served.inventory.database
    .prepare(`UPDATE coverage SET reason = ?1 WHERE status <> 'complete'
      AND subscription = (SELECT id FROM subscription_key WHERE subscription_id = ?2)`)
    .run(JSON.stringify({ code: 'AuthorizationFailed', message: 'no', hint }), subscriptionId);
}

async function ledger(served: Served, query = '') {
  const body = await bodyOf(served.send(`subscriptions${query}`));
  const commands = body.value.map(({ subscriptionId, grantCommand }) => [subscriptionId, grantCommand]);
  return { body, value: body.value, commands };
}

describe('the filter by status', () => {
  test('selects subscriptions, and leaves blind spots and completeness as they are', async () => {
    using served = servedInventory();
    served.inventory.blindSpot(idOf(1));
    const { body: all } = await ledger(served);
    for (const [status, ids] of [
      ['complete', [sub1]],
      ['denied', [sub2]],
      ['failed', []],
    ] as const) {
      const { body } = await ledger(served, `?status=${status}`);
      expect(body.value.map(({ subscriptionId }) => subscriptionId)).toEqual(ids);
      expect([body.blindSpots, body.complete, body.coverage]).toEqual([all.blindSpots, false, all.coverage]);
    }
    expect((await served.send('subscriptions?status=broken')).status).toBe(400);
  });

  test('goes with pages, and a page belongs to its status', async () => {
    using served = servedInventory();
    for (const n of [1, 2, 3]) {
      served.inventory.subscription(idOf(n));
      served.inventory.read(idOf(n), n === 2 ? 'complete' : 'denied', { reason: 'AuthorizationFailed' });
    }
    const first = await bodyOf(served.send('subscriptions?status=denied&maxpagesize=2'));
    const next = first.nextLink.slice(`${origin}/api/`.length);
    const second = await bodyOf(served.send(next));
    expect([...first.value, ...second.value].map(({ subscriptionId }) => subscriptionId)).toEqual([
      sub2,
      idOf(1),
      idOf(3),
    ]);
    expect(second.nextLink).toBe('');
    expect((await served.send(next.replace('status=denied', 'status=failed'))).status).toBe(400);
  });
});

test('select shows only some fields, in their order', async () => {
  using served = servedInventory();
  const { body, value } = await ledger(served, '?select=status,subscriptionId,grantCommand');
  expect(value).toEqual([
    { status: 'complete', subscriptionId: sub1 },
    { status: 'denied', subscriptionId: sub2, grantCommand: grantReaderCommand(sub2, null) },
  ]);
  expect(body.complete).toBe(false);
  expect((await served.send('subscriptions?select=kinds,secret')).status).toBe(400);
});

describe('the command of a denied subscription', () => {
  test('names the identity that was denied, and only denied ones have it', async () => {
    using served = servedInventory();
    setHint(served, sub2, grantReaderCommand(sub2, reader));
    const { value, commands } = await ledger(served);
    expect(commands).toEqual([
      [sub1, undefined],
      [sub2, grantReaderCommand(sub2, reader)],
    ]);
    for (const row of value) expect(v.parse(shapes.Coverage, row)).toEqual(row);
  });

  test('says how to find the identity if nothing names it', async () => {
    using served = servedInventory();
    setHint(served, sub2, 'See GET /api/subscriptions of that deployment');
    expect((await ledger(served)).commands).toContainEqual([sub2, grantReaderCommand(sub2, null)]);
  });

  test('takes the identity from the reason of another subscription', async () => {
    using served = servedInventory();
    setHint(served, sub2, null);
    served.inventory.subscription(idOf(1));
    served.inventory.read(idOf(1), 'partial', { reason: 'NotReaderOnSubscription' });
    setHint(served, idOf(1), grantReaderCommand(idOf(1), reader));
    expect((await ledger(served)).commands).toContainEqual([sub2, grantReaderCommand(sub2, reader)]);
  });

  test('is taken from a blind spot if no reason names the identity', async () => {
    using served = servedInventory();
    setHint(served, sub2, null);
    served.inventory.blindSpot(idOf(1));
    served.inventory.database
      .prepare('UPDATE blind_spot SET grant_command = ?')
      .run(grantReaderCommand(idOf(1), reader));
    expect((await ledger(served)).commands).toContainEqual([sub2, grantReaderCommand(sub2, reader)]);
  });

  test('is no command for an id that is no GUID', async () => {
    using served = servedInventory();
    served.inventory.subscription('x; rm -rf /');
    served.inventory.read('x; rm -rf /', 'denied', { reason: 'AuthorizationFailed' });
    const command = (await ledger(served)).commands.find(([id]) => id === 'x; rm -rf /')?.[1];
    expect(command).toBe('No command is shown: the id of the subscription is not a GUID');
  });
});
