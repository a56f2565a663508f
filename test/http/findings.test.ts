import { describe, expect, test } from 'vitest';
import { InvalidSettingError } from '../../lib/errors.ts';
import type { HttpContext } from '../../lib/http/context.ts';
import type { AcceptedFinding } from '../../lib/inventory/finding.ts';
import { finishedAt, runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { machineId, origin, principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

const rules = (body: { readonly value: readonly Record<string, unknown>[] }) => body.value.map(({ rule }) => rule);
const all = ['privilegedIdentity', 'danglingIdentity', 'sharedIdentity', 'crossSubscriptionAccess'];

/** Accepts the worst of them until an hour after the second run. */
const expires = new Date(Date.parse(finishedAt(2)) + 3_600_000).toISOString();
const accepted: AcceptedFinding = {
  rule: 'privilegedIdentity',
  resourceId: null,
  principalId: principalOf(0),
  reason: 'it deploys',
  expires,
};
const accepting = (findings: readonly AcceptedFinding[], now = finishedAt(2)): Partial<HttpContext> => ({
  acceptedFindings: async () => findings,
  now: () => new Date(now),
});

test('a report has the filter by resource, and letter case beyond ASCII does not matter', async () => {
  using served = servedInventory();
  const resourceId = machineId('vm-ÅÄÖ');
  served.inventory.finding({ rule: 'sharedIdentity', severity: 'low', resourceId, principalId: principalOf(3) });
  const asked = encodeURIComponent(resourceId.replace('ÅÄÖ', 'åäö'));
  const csv = await (await served.send(`reports/findings.csv?resourceId=${asked}`)).text();
  expect(csv.trimEnd().split('\r\n')).toHaveLength(2);
  expect(csv).toContain('vm-ÅÄÖ');
});

describe('findings', () => {
  test('come by severity, with what to do', async () => {
    using served = servedInventory();
    const body = await bodyOf(served.send('findings'));
    expect(rules(body)).toEqual(all);
    expect(body.value[0]).toMatchObject({ severity: 'high', resourceId: machineId('vm-0'), remediation: 'az …' });
    expect(body).toMatchObject({ runId: runIdOf(2), complete: false, nextLink: '' });
  });

  test.each([
    ['severity=medium', ['danglingIdentity', 'sharedIdentity']],
    ['rule=sharedIdentity', ['sharedIdentity']],
    [`principalId=${principalOf(1).toUpperCase()}`, ['crossSubscriptionAccess']],
    [`subscriptionId=${sub1}`, all],
    [`subscriptionId=${sub2}`, []],
    [`resourceId=${encodeURIComponent(machineId('vm-1').toUpperCase())}`, ['crossSubscriptionAccess']],
    [`resourceId=${machineId('vm')}`, []],
    ['stale=true', ['danglingIdentity']],
    [`asOf=${runIdOf(1)}`, []],
  ])('are filtered by %s', async (query, expected) => {
    using served = servedInventory();
    expect(rules(await bodyOf(served.send(`findings?${query}`)))).toEqual(expected);
  });

  test.each([
    ['severity=severe', 400, 'InvalidParameter'],
    ['rule=any', 400, 'InvalidParameter'],
    ['resourceId=vm-1', 400, 'InvalidParameter'],
    ['from=2026-11-01', 400, 'UnknownParameter'],
    ['rule=sharedIdentity&rule=sharedIdentity', 400, 'RepeatedParameter'],
    ['asOf=never', 400, 'InvalidParameter'],
    ['asOf=2020-01-01', 404, 'NoRunAtThatTime'],
    ['asOf=20200101T000000Z-0000', 404, 'RunNotFound'],
  ])('answer %s with %i %s', async (query, status, code) => {
    using served = servedInventory();
    const response = await served.send(`findings?${query}`);
    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([status, code]);
  });

  test('come in pages of one run; none is lost when one is accepted between two pages', async () => {
    using served = servedInventory();
    const first = await bodyOf(served.send('findings?maxpagesize=2'));
    served.inventory.run();
    const next = first.nextLink.slice(`${origin}/api/`.length);
    const second = await bodyOf(served.send(next, {}, { ...served.context, ...accepting([accepted]) }));
    expect([...rules(first), ...rules(second)]).toEqual(all);
    expect([second.runId, second.nextLink]).toEqual([runIdOf(2), '']);
  });

  test('omit accepted findings until their date', async () => {
    using served = servedInventory(accepting([accepted]));
    const { context } = served;
    const shown = await served.send('findings');
    const headers = { 'if-none-match': shown.headers.get('etag') ?? '' };
    const before = await served.send('findings', { headers });
    const after = await served.send('findings', { headers }, { ...context, ...accepting([accepted], expires) });
    const withdrawn = await served.send('findings', { headers }, { ...context, ...accepting([]) });
    expect(rules(await bodyOf(shown))).toEqual(all.slice(1));
    expect([before.status, after.status, withdrawn.status]).toEqual([304, 200, 200]);
    expect([rules(await bodyOf(after)), rules(await bodyOf(withdrawn))]).toEqual([all, all]);
  });

  test('are not served while the file of accepted findings is unreadable, and name the file', async () => {
    using served = servedInventory({
      acceptedFindings: async () => {
        throw new InvalidSettingError("INVENTORY_ACCEPTED_FINDINGS is 'accepted.json', which cannot be read");
      },
    });
    const response = await served.send('findings');
    expect([response.status, (await bodyOf(response)).error]).toMatchObject([
      503,
      { code: 'InvalidConfiguration', message: expect.stringContaining('accepted.json') },
    ]);
    expect((await served.send('changes')).status).toBe(200);
  });

  test('come whole as CSV with harmless formulas, and keep markup in JSON', async () => {
    using served = servedInventory();
    const csv = await served.send('findings?format=csv&select=severity,message&severity=high');
    const json = await bodyOf(served.send('findings?severity=high'));
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await csv.text()).toBe("severity,message\r\nhigh,'=privilegedIdentity <b>\r\n");
    expect(json.value[0]?.message).toBe('=privilegedIdentity <b>');
    expect(served.readers.open).toBe(0);
  });
});
