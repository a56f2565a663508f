import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { openMerge } from '../../../lib/database/merge/merge.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { iterateFindings } from '../../../lib/database/queries/findings.ts';
import { iterateVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { iteratePrincipals } from '../../../lib/database/queries/principals/principals.ts';
import { kinds } from '../../../lib/inventory/coverage.ts';
import type { ReadingEvent } from '../../../lib/inventory/reading.ts';
import { caseCount } from '../../support/cases.ts';
import { inEmptyInventory } from '../../support/empty-inventory.ts';
import {
  contributor,
  guid,
  having,
  machine,
  planOf,
  type RunReading,
  roleAssignment,
  userAssigned,
} from '../../support/readings.ts';

const numRuns = caseCount('PROPERTY_RUNS', { few: 10, many: 500 });

const subscriptions = [guid(1), guid(2)];
const spelling = fc.constantFrom('resourceGroups/rg', 'resourcegroups/RG', 'ResourceGroups/Rg');
const spelled = (id: string, as: string): string => id.replace(/resourceGroups\/rg/i, as);
const shared = userAssigned('shared');

/** Two runs over machines that all have one identity, each spelled in its own way. Some subscriptions list no identity. */
const world = fc.array(
  fc.record({
    machines: fc.array(fc.record({ name: fc.constantFrom(...'abcdefgh'), spelling, role: fc.boolean() }), {
      minLength: 3,
      maxLength: 8,
    }),
    listing: fc.option(spelling),
  }),
  { minLength: 1, maxLength: 2 },
);
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** The rows of a run, one event each, in the order of the keys; a subscription ends after its rows. */
function eventsOf({ machines, listing }: World[number], order: readonly number[], readAt: string): ReadingEvent[] {
  const rows: ReadingEvent[] = [];
  for (const [index, { name, spelling: as, role }] of machines.entries()) {
    const subscriptionId = subscriptions[index % 2] ?? guid(1);
    const identity = having({ ...shared, id: spelled(shared.id, as) });
    rows.push({ type: 'machines', subscriptionId, rows: [machine(name, { subscriptionId, identity })] });
    const assigned = roleAssignment(`${name}${index}`, shared.principalId ?? '');
    if (role) rows.push({ type: 'roleAssignments', subscriptionId: guid(1), rows: [assigned] });
  }
  if (listing !== null) {
    rows.push({ type: 'identities', subscriptionId: guid(1), rows: [{ ...shared, id: spelled(shared.id, listing) }] });
  }
  rows.push({ type: 'roleDefinitions', subscriptionId: guid(1), rows: [contributor] });
  const shuffled = rows
    .map((row, index) => ({ row, key: order[index % order.length] ?? 0 }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ row }) => row);
  const places = (order[0] ?? 0) % 2 === 0 ? subscriptions : subscriptions.toReversed();
  return [
    ...places.map((subscriptionId): ReadingEvent => ({ type: 'begin', subscriptionId, readAt })),
    ...shuffled,
    ...places.flatMap((subscriptionId) =>
      kinds.map((kind): ReadingEvent => {
        const status = kind === 'identities' && listing === null ? 'denied' : 'complete';
        const counts = { count: 1, requests: 1, pages: 1, retries: 0, throttledMilliseconds: 0 };
        return {
          type: 'end',
          reading: { subscriptionId, kind, status, reason: null, ...counts, requestId: null, readAt },
        };
      }),
    ),
  ];
}

function merge(database: Database, run: World[number], day: number, order: readonly number[]): void {
  const reading: RunReading = { day, subscriptions: { [guid(1)]: {}, [guid(2)]: {} }, plan: { kinds: [...kinds] } };
  const plan = planOf(reading);
  const options = {
    ignoredTags: [],
    retentionDays: 400,
    idleDays: 30,
    sharedIdentityLimit: 2,
    finishedAt: () => plan.startedAt,
  };
  const merging = openMerge(database, plan, options);
  for (const event of eventsOf(run, order, plan.startedAt)) merging.write(event);
  for (let asked = merging.followUps(); asked.length > 0; asked = merging.followUps()) {
    for (const followUp of asked) {
      if (followUp.ask === 'federatedCredentials') followUp.answer({ outcome: 'present', reading: [] });
      else if (followUp.ask === 'clientId')
        followUp.answer({ outcome: 'present', reading: { principalId: null, clientId: null } });
      else followUp.answer({ outcome: 'absent' });
    }
  }
  merging.commit();
}

function answersOf(runs: World, orders: readonly (readonly number[])[]): unknown {
  return inEmptyInventory((database) => {
    for (const [index, run] of runs.entries()) merge(database, run, index + 1, orders[index] ?? [0]);
    const asOf = resolveAsOf(database, null);
    const byId = <Row extends { readonly id?: string }>(rows: Iterable<Row>): readonly Row[] =>
      [...rows].toSorted((one, other) => ((one.id ?? '') < (other.id ?? '') ? -1 : 1));
    return {
      machines: byId(iterateVirtualMachines(database, asOf, {})),
      // Lists are in the order of their rows, which is the order of reading.
      principals: [...iteratePrincipals(database, asOf, {})].map((principal) => ({
        ...principal,
        virtualMachines: byId(principal.virtualMachines),
        roleAssignments: byId(principal.roleAssignments),
      })),
      findings: [...iterateFindings(database, asOf, {}, { findings: [], now: 0 })],
    };
  });
}

const order = fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 });

test('answers do not depend on what was read first', () => {
  fc.assert(
    fc.property(world, fc.tuple(order, order), (runs, orders) => {
      // One machine has one spelling in a run: a list that shows it twice is another matter.
      const distinct = runs.map((run) => ({
        ...run,
        machines: [...new Map(run.machines.map((one) => [one.name, one])).values()],
      }));

      expect(answersOf(distinct, orders)).toEqual(answersOf(distinct, [[0], [0]]));
    }),
    { numRuns },
  );
});

test('the listing of an identity decides its spelling; else the first of all in order', () => {
  const machines = (['resourcegroups/RG', 'ResourceGroups/Rg', 'resourceGroups/rg'] as const).map((as, index) => ({
    name: 'abc'.charAt(index),
    spelling: as,
    role: false,
  }));
  const idOf = (listing: World[number]['listing']): unknown => answersOf([{ machines, listing }], [[0]]);

  expect(idOf('resourcegroups/RG')).toMatchObject({
    principals: [{ identityId: spelled(shared.id, 'resourcegroups/RG') }],
  });
  expect(idOf(null)).toMatchObject({ principals: [{ identityId: spelled(shared.id, 'ResourceGroups/Rg') }] });
});
