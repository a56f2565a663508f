import { describe, expect, test } from 'vitest';
import { runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { clientId, principalOf, servedInventory } from './fixtures/served-inventory.ts';

const lookup = (body: string) => ({ method: 'POST', body });

describe('principals', () => {
  test('lists every state, page by page', async () => {
    using served = servedInventory();
    const first = await bodyOf(served.send('principals?maxpagesize=4'));
    const second = await bodyOf(served.send(first.nextLink.slice('https://inventory.example/api/'.length)));
    const ids = [...first.value, ...second.value].map(({ principalId }) => principalId);
    expect(ids.toSorted()).toEqual([0, 1, 2, 3, 4, 9].map(principalOf));
    expect(second.nextLink).toBe('');
    expect(first.complete).toBe(false);
  });

  test('filters by state, and has one CSV row per machine', async () => {
    using served = servedInventory();
    const gone = await bodyOf(served.send('principals?state=gone'));
    const csv = await (await served.send('principals?state=gone&format=csv&select=principalId,state')).text();
    expect(gone.value).toMatchObject([{ principalId: principalOf(4), state: 'gone' }]);
    expect(csv).toBe(`principalId,state\r\n${principalOf(4)},gone\r\n`);
  });

  test('finds one by principal id or client id, with its machines now and before', async () => {
    using served = servedInventory();
    const byClient = await bodyOf(served.send(`principals/${clientId}`));
    const ended = await bodyOf(served.send(`principals/${principalOf(4).toUpperCase()}`));
    expect(byClient).toMatchObject({ principalId: principalOf(9), kind: 'UserAssigned' });
    expect(ended).toMatchObject({ state: 'gone', virtualMachines: [{ name: 'vm-4' }] });
  });

  test('answers 404 for an unknown id and 400 for a malformed one', async () => {
    using served = servedInventory();
    const unknown = await served.send(`principals/${principalOf(77)}`);
    const malformed = await served.send('principals/nobody');
    expect([unknown.status, malformed.status]).toEqual([404, 400]);
    expect((await bodyOf(malformed)).error).toMatchObject({ code: 'InvalidParameter', target: 'principalId' });
  });

  test('looks ids up in the order of the request, unknown ones included', async () => {
    using served = servedInventory();
    const ids = [principalOf(77), clientId, principalOf(0), principalOf(77)];
    const body = await bodyOf(served.send('principals/lookup', lookup(JSON.stringify({ ids }))));
    expect(body.value).toMatchObject([
      { principalId: principalOf(77), state: 'neverSeen' },
      { principalId: principalOf(9), state: 'attached' },
      { principalId: principalOf(0), state: 'attached' },
      { principalId: principalOf(77), state: 'neverSeen' },
    ]);
    expect(body.runId).toBe(runIdOf(2));
  });

  test('skips a byte order mark before the body', async () => {
    using served = servedInventory();
    const body = `\uFEFF${JSON.stringify({ ids: [principalOf(77)] })}`;

    const answer = await bodyOf(served.send('principals/lookup', lookup(body)));

    expect(answer.value).toMatchObject([{ principalId: principalOf(77), state: 'neverSeen' }]);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"ids":['],
    ['no object', '[]'],
    ['another field', '{"ids":[],"id":1}'],
    ['a malformed id', `{"ids":["${principalOf(1)}","1 OR 1=1"]}`],
    ['a prototype', '{"__proto__":{"ids":[]}}'],
    ['1,001 ids', JSON.stringify({ ids: Array.from({ length: 1001 }, (_, n) => principalOf(n)) })],
  ])('refuses a body with %s', async (_, body) => {
    using served = servedInventory();
    const response = await served.send('principals/lookup', lookup(body));
    expect(response.status).toBe(400);
    expect(response.headers.get('x-ms-error-code')).toBe('InvalidBody');
  });

  test('reads no more of a body than the limit', async () => {
    using served = servedInventory();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const response = await served.send('principals/lookup', { method: 'POST', body: endless, duplex: 'half' });
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  test('reads nothing of a body whose content-length is too long', async () => {
    using served = servedInventory();
    const pulled: string[] = [];
    const unread = new ReadableStream<Uint8Array>({ pull: () => void pulled.push('pulled') }, { highWaterMark: 0 });
    const response = await served.send('principals/lookup', {
      method: 'POST',
      body: unread,
      duplex: 'half',
      headers: { 'content-length': '300000' },
    });
    expect([response.status, pulled]).toEqual([413, []]);
  });
});
