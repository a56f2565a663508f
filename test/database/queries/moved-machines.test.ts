import { describe, expect } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { getVirtualMachine, iterateVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { iteratePrincipals } from '../../../lib/database/queries/principals/principals.ts';
import type { MachineFilter } from '../../../lib/inventory/query.ts';
import type { MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import { dayOf, guid, machine, mergeRun } from '../../support/readings.ts';
import { test } from '../merge/merge-test.ts';

const [one, two] = [guid(1), guid(2)];
const at = (resourceGroup: string, more: Partial<MachineReading> = {}) => machine('a', { resourceGroup, ...more });
const other = machine('other');

/** One run a day, each with the machines of both subscriptions. */
function follow(database: Database, ...days: readonly (readonly MachineReading[])[]): void {
  days.forEach((machines, index) => {
    const of = (id: string) => ({ machines: machines.filter(({ subscriptionId }) => subscriptionId === id) });
    mergeRun(database, { day: index + 1, subscriptions: { [one]: of(one), [two]: of(two) } });
  });
}

const list = (database: Database, filter: MachineFilter, day: number | null = null): string[] =>
  [...iterateVirtualMachines(database, resolveAsOf(database, day === null ? null : dayOf(day)), filter)].map(
    ({ id }) => id,
  );
const show = (database: Database, { id }: MachineReading, day: number | null = null) => {
  const shown = getVirtualMachine(database, resolveAsOf(database, day === null ? null : dayOf(day)), id);
  return shown === null ? null : [shown.movedTo ?? null, shown.deletedAt, shown.stale];
};

describe('the old id of a machine that moved', () => {
  const elsewhere = at('there', { subscriptionId: two });

  test('is in no list, whatever deleted says', ({ database }) => {
    follow(database, [at('here'), other], [elsewhere]);

    expect(list(database, {})).toEqual([elsewhere.id]);
    expect(list(database, { deleted: true })).toEqual([other.id]);
    expect(list(database, { deleted: 'any' })).toEqual([other.id, elsewhere.id]);
    expect(list(database, { deleted: 'any', resourceGroup: 'here' })).toEqual([]);
    expect(list(database, { deleted: 'any', stale: true })).toEqual([]);
  });

  test('says where the machine is now', ({ database }) => {
    follow(database, [at('here')], [elsewhere]);

    expect(show(database, at('here'))).toEqual([elsewhere.id, null, false]);
    expect(show(database, elsewhere)).toEqual([null, null, false]);
  });

  test('is the machine itself as of a run before the move', ({ database }) => {
    follow(database, [at('here')], [elsewhere], [elsewhere]);

    expect(show(database, at('here'), 1)).toEqual([null, null, false]);
    expect(list(database, { deleted: 'any' }, 1)).toEqual([at('here').id]);
    expect(show(database, at('here'), 2)).toEqual([elsewhere.id, null, false]);
  });

  test('says the last place of several, as of each run', ({ database }) => {
    follow(database, [at('here')], [elsewhere], [{ ...elsewhere, vmSize: 'Standard_D8s_v5' }], [at('third')]);

    expect([2, 3, 4].map((day) => show(database, at('here'), day)?.[0])).toEqual([
      elsewhere.id,
      elsewhere.id,
      at('third').id,
    ]);
    expect(list(database, { deleted: 'any' })).toEqual([at('third').id]);
  });

  test('says the place even if the machine was deleted there since', ({ database }) => {
    follow(database, [at('here')], [elsewhere], []);

    expect(show(database, at('here'))).toEqual([elsewhere.id, null, false]);
    expect(show(database, elsewhere)).toEqual([null, dayOf(3), false]);
    expect(list(database, { deleted: true })).toEqual([elsewhere.id]);
  });

  test('is the machine itself again once it moved back', ({ database }) => {
    follow(database, [at('here')], [elsewhere], [at('here')]);

    expect(show(database, at('here'))).toEqual([null, null, false]);
    expect(show(database, elsewhere)).toEqual([at('here').id, null, false]);
    expect(list(database, { deleted: 'any' })).toEqual([at('here').id]);
  });

  test('is not followed through another machine that took the id of a place', ({ database }) => {
    const another = at('there', { subscriptionId: two, vmId: 'another' });
    const movedOn = at('fourth', { vmId: 'another' });
    follow(database, [at('here')], [elsewhere], [], [another], [movedOn]);

    expect(show(database, at('here'))).toEqual([elsewhere.id, null, false]);
    expect(show(database, another)).toEqual([movedOn.id, null, false]);
  });

  test('still selects the principals that were there', ({ database }) => {
    follow(database, [at('here')], [elsewhere]);
    const principals = (filter: MachineFilter) =>
      [...iteratePrincipals(database, resolveAsOf(database, null), filter)].map(({ principalId }) => principalId);

    expect(principals({ resourceGroup: 'here' })).toEqual(['principal-of-a']);
    expect(principals({ resourceGroup: 'here', deleted: true })).toEqual([]);
  });
});
