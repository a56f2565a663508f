import { describe, expect, test } from 'vitest';
import { type PlanRequest, planRun } from '../../lib/collect/plan-run.ts';
import { kinds } from '../../lib/inventory/coverage.ts';
import type { KnownSubscription, Plan } from '../../lib/inventory/plan.ts';
import { json, startArmServer, testClient } from '../azure/resource-manager/fixtures/arm-server.ts';
import { guid } from '../support/readings.ts';

const settings = { subscriptions: null, excludeSubscriptions: [], managementGroups: [], powerState: true };
const known = (number: number, visibility: KnownSubscription['visibility'] = 'visible'): KnownSubscription => ({
  subscriptionId: guid(number),
  displayName: `Known ${number}`,
  visibility,
  machineCount: number,
});
const grant = (number: number): string =>
  `az role assignment create --assignee-object-id ${guid(77)} --assignee-principal-type ServicePrincipal --role Reader --scope /subscriptions/${guid(number)}`;

interface Groups {
  /** Below each management group: numbers of subscriptions, or the status and code of a refusal; absent = 403. */
  readonly [group: string]: readonly number[] | { readonly status: number; readonly code: string };
}

/** Plans a run of a tenant in which subscriptions 1 and 2 are visible. */
async function plan(request: Partial<PlanRequest>, groups: Groups = {}): Promise<{ plan: Plan; paths: string[] }> {
  await using server = await startArmServer((response, { url }) => {
    if (url.pathname === '/subscriptions') {
      const value = [1, 2].map((number) => ({ subscriptionId: guid(number), displayName: `Visible ${number}` }));
      return json(response, { value });
    }
    const [, group = '', page] = /managementGroups\/([^/]+)\/descendants(?:\/(\d))?/.exec(url.pathname) ?? [];
    const below = groups[decodeURIComponent(group)] ?? { status: 403, code: 'AuthorizationFailed' };
    if ('code' in below) return json(response, { error: { code: below.code, message: 'no' } }, below.status);
    const [first, ...rest] = below;
    const onFirstPage = first === undefined ? [] : [first];
    const value = (page === undefined ? onFirstPage : rest).map((number) => ({
      id: `/subscriptions/${guid(number)}`,
      properties: { displayName: `Below ${number}` },
    }));
    return json(response, { value, nextLink: page === undefined && rest.length > 0 ? `${url.pathname}/2` : null });
  });
  const { arm } = testClient(server.origin);
  const { signal } = new AbortController();
  const planned = await planRun({
    arm,
    settings,
    known: [],
    principalId: guid(77),
    runId: 'r',
    trigger: 'cli',
    startedAt: 't',
    scope: null,
    signal,
    ...request,
  });
  return { plan: planned, paths: server.requests.map(({ url }) => url.pathname) };
}

describe('what is read', () => {
  test('is every kind, and no client ids, unless requested', async () => {
    const { plan: usual } = await plan({});
    const { plan: more } = await plan({ clientIds: true, settings: { ...settings, powerState: false } });
    const { plan: less } = await plan({ kinds: ['virtualMachines', 'powerStates'] });

    expect(usual).toMatchObject({ kinds, clientIds: false });
    expect(more).toMatchObject({ kinds: kinds.filter((kind) => kind !== 'powerStates'), clientIds: true });
    expect(less.kinds).toEqual(['virtualMachines', 'powerStates']);
  });

  test('begins with the largest of the last run; a subscription never read may be larger', async () => {
    const { plan: planned } = await plan({ known: [known(1), { ...known(2), machineCount: 9 }] });
    const { plan: fresh } = await plan({ known: [{ ...known(1), machineCount: 9 }] });

    expect(planned.subscriptions.map(({ subscriptionId }) => subscriptionId)).toEqual([guid(2), guid(1)]);
    expect(fresh.subscriptions.map(({ subscriptionId }) => subscriptionId)).toEqual([guid(2), guid(1)]);
  });
});

describe('blind spots', () => {
  test('are the descendants of the management groups that are not visible, each with the command that grants access', async () => {
    const managementGroups = ['top', 'other'];
    const { plan: planned } = await plan(
      { settings: { ...settings, managementGroups } },
      { top: [1, 3, 4], other: [4, 5] },
    );

    expect(planned.blindSpotsKnown).toBe(true);
    expect(planned.blindSpots).toEqual(
      [3, 4, 5].map((number) => ({
        subscriptionId: guid(number),
        displayName: `Below ${number}`,
        source: 'managementGroup',
        grantCommand: grant(number),
      })),
    );
  });

  test('count where groups can be read; each other group is named with its code, wherever it stands', async () => {
    const groups = {
      closed: { status: 403, code: 'AuthorizationFailed' },
      top: [1, 3],
      'Contoso Production': { status: 404, code: 'NotFound' },
      other: [2, 4],
      broken: { status: 500, code: 'InternalServerError' },
    };
    const { plan: planned } = await plan({ settings: { ...settings, managementGroups: Object.keys(groups) } }, groups);

    expect(planned).toMatchObject({ blindSpotsKnown: true, reason: null });
    expect(planned.blindSpots.map(({ subscriptionId }) => subscriptionId)).toEqual([guid(3), guid(4)]);
    expect(planned.groupsNotRead?.code).toBe('ManagementGroupsNotRead');
    expect(planned.groupsNotRead?.message.split('; ')).toEqual([
      expect.stringContaining('closed: AuthorizationFailed: no'),
      expect.stringContaining('Contoso Production: NotFound: no'),
      expect.stringContaining('broken: InternalServerError: no'),
    ]);
    expect(planned.groupsNotRead?.hint).toContain(
      `--role "Management Group Reader" --scope /providers/Microsoft.Management/managementGroups/closed`,
    );
    expect(planned.groupsNotRead?.hint).toContain('az account management-group list');
  });

  test('are unknown when no management group can be read, and the run continues', async () => {
    const managementGroups = ['closed', 'gone'];
    const { plan: planned } = await plan(
      { settings: { ...settings, managementGroups } },
      { gone: { status: 404, code: 'NotFound' } },
    );

    expect(planned.blindSpotsKnown).toBe(false);
    expect(planned.groupsNotRead?.message).toMatch(/closed: AuthorizationFailed.*gone: NotFound/);
    expect(planned.subscriptions).toHaveLength(2);
  });

  test('an empty management group is no gap', async () => {
    const { plan: planned } = await plan({ settings: { ...settings, managementGroups: ['empty'] } }, { empty: [] });

    expect(planned).toMatchObject({ blindSpotsKnown: true, blindSpots: [] });
    expect(planned.groupsNotRead).toBeUndefined();
  });

  test('without management groups are what was visible before, and what the settings name', async () => {
    const subscriptions = [1, 2, 3, 6].map(guid);
    const { plan: planned, paths } = await plan({
      settings: { ...settings, subscriptions },
      known: [known(1), known(3), known(5)],
    });

    expect(planned.blindSpotsKnown).toBe(true);
    expect(planned.blindSpots).toEqual([
      { subscriptionId: guid(3), displayName: 'Known 3', source: 'previousRun', grantCommand: grant(3) },
      { subscriptionId: guid(6), displayName: null, source: 'configured', grantCommand: grant(6) },
    ]);
    expect(planned.outOfScope).toEqual([guid(5)]);
    expect(paths).toEqual(['/subscriptions']);
  });

  test('stay blind spots until they are visible again', async () => {
    const { plan: planned } = await plan({ known: [known(1, 'lost'), known(2), known(3, 'lost')] });

    expect(planned.blindSpots.map(({ subscriptionId, source }) => [subscriptionId, source])).toEqual([
      [guid(3), 'previousRun'],
    ]);
  });

  test('leave out what the settings exclude', async () => {
    const limited = { ...settings, managementGroups: ['top'], excludeSubscriptions: [guid(3), guid(4)] };
    const { plan: planned } = await plan({ settings: limited, known: [known(3)] }, { top: [4, 5] });

    expect(planned.blindSpots.map(({ subscriptionId }) => subscriptionId)).toEqual([guid(5)]);
  });

  test('of a run over some subscriptions are the invisible ones among them; no management group is read', async () => {
    const limited = { ...settings, managementGroups: ['top'] };
    const { plan: planned, paths } = await plan(
      { settings: limited, scope: [guid(1), guid(4)], known: [known(3)] },
      { top: [5] },
    );

    expect(planned.blindSpots).toEqual([
      { subscriptionId: guid(4), displayName: null, source: 'configured', grantCommand: grant(4) },
    ]);
    expect(paths).toEqual(['/subscriptions']);
  });
});
