import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { resolveAsOf, resolveChangeRange } from '../../../lib/database/queries/as-of.ts';
import { iterateChanges, listChanges } from '../../../lib/database/queries/changes.ts';
import { completeness } from '../../../lib/database/queries/coverage/completeness.ts';
import { readLedger } from '../../../lib/database/queries/coverage/ledger.ts';
import { listFindings } from '../../../lib/database/queries/findings.ts';
import { countMachines } from '../../../lib/database/queries/machines/machine-facets.ts';
import { getVirtualMachine, listVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { listPrincipals, lookupPrincipals } from '../../../lib/database/queries/principals/principals.ts';
import { getRun, listRuns, listRunsBefore } from '../../../lib/database/queries/runs.ts';
import { search } from '../../../lib/database/queries/search/search.ts';
import { readSummary } from '../../../lib/database/queries/summary.ts';
import type { AsOf, ChangeFilter, MachineFilter } from '../../../lib/inventory/query.ts';
import { createInventory, type Inventory } from '../fixtures/inventory.ts';
import { layOutSql } from '../fixtures/lay-out-sql.ts';

const principalId = '22222222-bbbb-4bbb-8bbb-222222222222';
const identityId =
  '/subscriptions/sub-1/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one';
const machineId = '/subscriptions/sub-1/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/web';

const everyMachineFilter: MachineFilter = {
  type: 'Microsoft.Compute/virtualMachines',
  subscriptionId: 'sub-1',
  resourceGroup: 'Group-1',
  name: 'web',
  location: 'westeurope',
  identityType: 'any',
  principalId,
  clientId: principalId,
  tags: [
    { name: 'env', value: 'prod' },
    { name: 'team', value: null },
  ],
  powerState: 'running',
  osType: 'Linux',
  vmSize: 'Standard_D2s_v5',
  contains: 'web',
  stale: false,
  deleted: true,
};
const everyChangeFilter: ChangeFilter = {
  kind: 'identityAttached',
  subscriptionId: 'sub-1',
  resourceId: machineId,
  principalId,
};
/** A change of an attachment, so that the next page begins within its source. */
const changePosition = { row: 1, value: '[4,1,1]' };

let inventory: Inventory;
let asOf: AsOf;

beforeAll(() => {
  inventory = createInventory();
  inventory.run();
  inventory.read('sub-1');
  inventory.subscription('sub-1');
  asOf = inventory.run();
  inventory.read('sub-1');
  const web = inventory.machine({ name: 'web', identityType: 'UserAssigned' });
  const one = inventory.userAssigned({ resourceId: identityId, principalId, clientId: null });
  inventory.attach(web, one, 0, { change: 'identityAttached' });
});
afterAll(() => inventory[Symbol.dispose]());

/** What to run for each file in `statements/`. After a change, `npm test -- FILE --update` writes the files again. */
const answers: Readonly<Record<string, (database: Database) => unknown>> = {
  'GET-virtualMachines': (database) => listVirtualMachines(database, asOf, {}, { limit: 2 }),
  'GET-virtualMachines-every-filter': (database) =>
    listVirtualMachines(database, asOf, everyMachineFilter, {
      limit: 2,
      orderBy: { field: 'location', descending: true },
      skip: 1,
    }),
  'GET-virtualMachines-facets': (database) => countMachines(database, asOf.seq, { name: 'web' }),
  'GET-virtualMachines-id': (database) => getVirtualMachine(database, asOf, machineId),
  'GET-principals-every-filter': (database) =>
    listPrincipals(
      database,
      asOf,
      { ...everyMachineFilter, state: 'attached', kind: 'UserAssigned', contains: 'web' },
      { limit: 2, after: { value: null, row: 1 } },
    ),
  'GET-principals-id': (database) => lookupPrincipals(database, asOf, [principalId]),
  'GET-changes': (database) => listChanges(database, resolveChangeRange(database, null, null), {}, { limit: 2 }),
  'GET-changes-every-filter': (database) => [...iterateChanges(database, { from: null, to: asOf }, everyChangeFilter)],
  'GET-changes-next-page': (database) =>
    listChanges(database, { from: null, to: asOf }, { kind: 'identityAttached' }, { limit: 1, after: changePosition }),
  'GET-changes-next-page-newest-first': (database) =>
    listChanges(
      database,
      { from: null, to: asOf },
      { kind: 'identityAttached' },
      { limit: 1, after: changePosition, newestFirst: true },
    ),
  'GET-findings-every-filter': (database) =>
    listFindings(
      database,
      asOf,
      { rule: 'sharedIdentity', severity: 'high', subscriptionId: 'sub-1', principalId, stale: false },
      { findings: [], now: 0 },
      { limit: 2, after: 0 },
    ),
  'GET-summary': (database) => readSummary(database, asOf, { findings: [], now: 0 }),
  'GET-search': (database) => search(database, asOf, 'web', 2),
  'GET-search-guid': (database) => search(database, asOf, principalId, 2),
  'GET-search-id': (database) => [machineId, identityId].map((id) => search(database, asOf, id, 2)),
  'GET-subscriptions': (database) => readLedger(database, asOf),
  completeness: (database) => completeness(database, asOf, ['virtualMachines'], {}),
  'GET-runs': (database) => [listRuns(database), listRunsBefore(database, null, 2)],
  'GET-runs-id': (database) => getRun(database, asOf.runId),
  asOf: (database) => [
    resolveAsOf(database, null),
    resolveAsOf(database, asOf.runId),
    resolveAsOf(database, asOf.finishedAt),
  ],
};

test.for(Object.entries(answers))('the SQL of %s', async ([name, answer]) => {
  const database = inventory.open();
  // Every answer also reads its completeness, whose statements have their own file.
  if (name !== 'completeness') completeness(database, asOf, ['virtualMachines'], {});
  const statements = new Set<string>();
  const prepare = database.prepare.bind(database);
  database.prepare = (sql: string) => {
    statements.add(sql);
    return prepare(sql);
  };
  answer(database);
  await expect(`${[...statements].map(layOutSql).join(';\n\n')};\n`).toMatchFileSnapshot(`statements/${name}.sql`);
});
