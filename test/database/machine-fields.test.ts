import { expect, test } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { machineField, type Storage } from '../../lib/database/machine-fields.ts';
import { fingerprintOf } from '../../lib/database/merge/machines/machine-difference.ts';
import { prepareStoredReading } from '../../lib/database/merge/machines/stored-reading.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { getVirtualMachine } from '../../lib/database/queries/machines/virtual-machines.ts';
import { type MachineReading, machineProperties } from '../../lib/inventory/virtual-machine.ts';
import { guid, having, machine, mergeRun, userAssigned } from '../support/readings.ts';

/** A value of each storage that no machine of the tests has by default. */
const samples: Readonly<Record<Storage, unknown>> = {
  text: 'a text',
  integer: 3,
  dictionary: 'a word',
  requiredDictionary: 'another word',
  time: '2026-02-03T04:05:06.789Z',
  list: ['2', '3'],
  tags: { env: 'prod' },
};
const sampled = Object.fromEntries(
  machineProperties.map((property) => [property, samples[machineField(property).storage]]),
);
const full: MachineReading = { ...machine('full', { identity: having(userAssigned('one')) }), ...sampled };

const changes: Readonly<Record<string, Partial<MachineReading>>> = {
  ...Object.fromEntries(machineProperties.map((property) => [property, { [property]: sampled[property] }])),
  id: { id: '/another' },
  name: { name: 'another' },
  'identity.type': { identity: { ...machine('a').identity, type: 'UserAssigned' } },
  'identity.principalId': { identity: { ...machine('a').identity, principalId: null } },
  'identity.tenantId': { identity: { ...machine('a').identity, tenantId: null } },
  'identity.userAssignedIdentities': {
    identity: { ...machine('a').identity, userAssignedIdentities: { '/id': { principalId: null, clientId: null } } },
  },
};

test.each(Object.keys(changes))('another %s makes another fingerprint', (field) => {
  expect(fingerprintOf({ ...machine('a'), ...changes[field] })).not.toBe(fingerprintOf(machine('a')));
});

// Stored databases hold these numbers. If they change, the next run compares every machine field by field.
test('fingerprints stay as they are', () => {
  const first = { location: 'westeurope', zones: ['1'], vmSize: 'Standard_D2s_v5', tags: { env: 'prod' } };
  const readings = [
    machine('a', first),
    machine('set', { instanceCount: 3, vmId: null, identity: having(userAssigned('one')) }),
  ];

  expect(readings.map(fingerprintOf)).toEqual([5521784077781964, 1490827712649527]);
});

test('every property of a machine is stored, listed, in the view and in the log of changes', () => {
  using database = openForWriting(':memory:');
  mergeRun(database, { day: 1, subscriptions: { [guid(1)]: { machines: [] } } });
  mergeRun(database, { day: 2, subscriptions: { [guid(1)]: { machines: [full] } } });
  const asOf = resolveAsOf(database, null);

  expect(prepareStoredReading(database)(1)).toEqual(full);
  expect(getVirtualMachine(database, asOf, full.id)).toMatchObject(sampled);
  const change = database.prepare("SELECT after FROM changes WHERE kind = 'virtualMachineCreated'").get();
  expect(JSON.parse(String(change?.after))).toMatchObject(sampled);
  const columns = database.prepare('SELECT * FROM machines').get();
  for (const property of machineProperties) {
    expect(columns).toHaveProperty(property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  }
});
