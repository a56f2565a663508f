import type { ChangeKind } from '../../../inventory/run.ts';
import { identityTypes, type MachineReading, machineTypes } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import type { Dictionary } from '../dictionary.ts';
import { type Attached, attachedTo, type Identities } from '../identities/identities.ts';

/** Why a version or an attachment begins, and when. `change` null = a baseline, or part of another change. */
export interface Beginning {
  readonly change: ChangeKind | null;
  /** Epoch milliseconds of the reading; null = the machine's own first_seen. */
  readonly at: number | null;
  /** Epoch milliseconds of the last complete reading without it. */
  readonly notBefore: number | null;
}

/** Why a version or an attachment ends, and when; times in epoch milliseconds. */
export interface Ending {
  /** null = no change of its own (an id of the identity became known) */
  readonly change: ChangeKind | null;
  readonly at: number;
  /** The last complete reading of its kind before, null = none, or part of another change. */
  readonly notBefore: number | null;
}

/** Writes machines, their versions and attachments at one `seq`. Decides nothing. */
export interface MachineWriter {
  /** Adds a machine that was never seen; answers its number. */
  add(machine: MachineReading, subscription: number, resourceGroup: number, firstSeen: number): number;
  /** Brings name and id to the newest casing. */
  respell(machine: number, reading: MachineReading, resourceGroup: number): void;
  beginVersion(machine: number, reading: MachineReading, fingerprint: number, beginning: Beginning): void;
  /** Same content in another form (casing, order, ignored tags, provisioning state). */
  refreshVersion(machine: number, reading: MachineReading, fingerprint: number): void;
  endVersion(machine: number): void;
  beganInThisRun(machine: number): boolean;
  attach(machine: number, attached: Attached, beginning: Beginning): void;
  attachAll(machine: number, reading: MachineReading, beginning: Beginning): void;
  detach(machine: number, identity: number, ending: Ending): void;
  /** The machine itself ends, with all that is attached. */
  endMachine(machine: number, ending: Ending): void;
  /** Takes back what this run began for a machine (it turned out to be another's second id). */
  undo(machine: number): void;
}

export function openMachineWriter(
  database: Database,
  dictionary: Dictionary,
  identities: Identities,
  seq: number,
): MachineWriter {
  const addMachine = database.prepare(
    'INSERT INTO machine (id, subscription, resource_group, type, name, resource_id, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const respellMachine = database.prepare('UPDATE machine SET name = ?, resource_id = ? WHERE id = ?');
  const addVersion = database.prepare(`INSERT INTO machine_version
    (machine, valid_from, fingerprint, vm_id, location, vm_size, os_type, priority, provisioning_state, zones, time_created, tags,
     scale_set, instance_count, identity_type, identity_tenant, began_at, not_before, begin_change)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const refresh = database.prepare(`UPDATE machine_version SET
    fingerprint = ?, vm_id = ?, location = ?, vm_size = ?, os_type = ?, priority = ?, provisioning_state = ?, zones = ?,
    time_created = ?, tags = ?, scale_set = ?, instance_count = ?, identity_type = ?, identity_tenant = ? WHERE machine = ? AND valid_to IS NULL`);
  const endVersion = database.prepare('UPDATE machine_version SET valid_to = ? WHERE machine = ? AND valid_to IS NULL');
  const openFrom = database.prepare('SELECT valid_from FROM machine_version WHERE machine = ? AND valid_to IS NULL');
  const endMachine = database.prepare(
    `UPDATE machine_version SET valid_to = ?1, ended_at = ?2, end_change = ?3,
      end_not_before = min(?2, max(?4, coalesce(began_at, (SELECT m.first_seen FROM machine m WHERE m.id = machine_version.machine))))
     WHERE machine = ?5 AND valid_to IS NULL`,
  );
  const attach = database.prepare(
    `INSERT INTO attachment (machine, identity, valid_from, position, resource_id, began_at, begin_change, not_before)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const detach = database.prepare(
    `UPDATE attachment SET valid_to = ?1, ended_at = ?2, end_change = ?3,
      end_not_before = min(?2, max(?4, coalesce(began_at, (SELECT m.first_seen FROM machine m WHERE m.id = attachment.machine))))
     WHERE machine = ?5 AND identity = ?6 AND valid_to IS NULL`,
  );
  const detachAll = database.prepare(
    'UPDATE attachment SET valid_to = ?, ended_at = ?, end_change = ? WHERE machine = ? AND valid_to IS NULL',
  );
  const undoStatements = [
    'DELETE FROM attachment WHERE machine = ?1 AND valid_from = ?2',
    'DELETE FROM machine_version WHERE machine = ?1 AND valid_from = ?2',
    'DELETE FROM power_state WHERE machine = ?1 AND ?2 = ?2 AND NOT EXISTS (SELECT 1 FROM machine_version WHERE machine = ?1)',
    'DELETE FROM machine WHERE id = ?1 AND ?2 = ?2 AND NOT EXISTS (SELECT 1 FROM machine_version WHERE machine = ?1)',
  ].map((sql) => database.prepare(sql));
  let next = Number(database.prepare('SELECT coalesce(max(id), 0) + 1 AS next FROM machine').get()?.next);

  /** The id in full only where it is not what the columns give in their own casing. */
  const spelledId = (reading: MachineReading, resourceGroup: number): string | null => {
    const group = dictionary.resourceGroupName(resourceGroup);
    const id = `/subscriptions/${reading.subscriptionId}/resourceGroups/${group}/providers/${reading.type}/${reading.name}`;
    return id === reading.id ? null : reading.id;
  };
  const column = (reading: MachineReading) => ({
    vmId: reading.vmId,
    location: dictionary.requiredText(reading.location),
    vmSize: dictionary.text(reading.vmSize),
    osType: dictionary.text(reading.osType),
    priority: dictionary.requiredText(reading.priority),
    provisioningState: dictionary.text(reading.provisioningState),
    zones: reading.zones.length === 0 ? null : reading.zones.join(';'),
    timeCreated: reading.timeCreated === null ? null : Date.parse(reading.timeCreated),
    tags: tagsText(reading.tags),
    scaleSet: dictionary.text(reading.scaleSetId),
    identityType: identityTypes.indexOf(reading.identity.type),
    identityTenant: dictionary.text(reading.identity.tenantId),
  });

  const writer: MachineWriter = {
    add(reading, subscription, resourceGroup, firstSeen) {
      const type = machineTypes.indexOf(reading.type);
      addMachine.run(
        next,
        subscription,
        resourceGroup,
        type,
        reading.name,
        spelledId(reading, resourceGroup),
        firstSeen,
      );
      return next++;
    },
    respell(machine, reading, resourceGroup) {
      respellMachine.run(reading.name, spelledId(reading, resourceGroup), machine);
    },
    beginVersion(machine, reading, fingerprint, { change, at, notBefore }) {
      const c = column(reading);
      addVersion.run(
        machine,
        seq,
        fingerprint,
        c.vmId,
        c.location,
        c.vmSize,
        c.osType,
        c.priority,
        c.provisioningState,
        c.zones,
        c.timeCreated,
        c.tags,
        c.scaleSet,
        reading.instanceCount,
        c.identityType,
        c.identityTenant,
        at,
        change === null ? null : notBefore,
        change,
      );
    },
    refreshVersion(machine, reading, fingerprint) {
      const c = column(reading);
      refresh.run(
        fingerprint,
        c.vmId,
        c.location,
        c.vmSize,
        c.osType,
        c.priority,
        c.provisioningState,
        c.zones,
        c.timeCreated,
        c.tags,
        c.scaleSet,
        reading.instanceCount,
        c.identityType,
        c.identityTenant,
        machine,
      );
    },
    beganInThisRun: (machine) => openFrom.get(machine)?.valid_from === seq,
    endVersion: (machine) => void endVersion.run(seq, machine),
    attach(machine, { identity, position, resourceId }, { change, at, notBefore }) {
      attach.run(machine, identity, seq, position, resourceId, at, change, change === null ? null : notBefore);
    },
    attachAll(machine, reading, beginning) {
      for (const attached of attachedTo(reading.identity, identities)) writer.attach(machine, attached, beginning);
    },
    detach(machine, identity, { change, at, notBefore }) {
      detach.run(seq, at, change, change === null ? null : notBefore, machine, identity);
    },
    endMachine(machine, { change, at, notBefore }) {
      endMachine.run(seq, at, change, notBefore, machine);
      detachAll.run(seq, at, change, machine);
    },
    undo(machine) {
      for (const statement of undoStatements) statement.run(machine, seq);
    },
  };
  return writer;
}

function tagsText(tags: Readonly<Record<string, string>>): string | null {
  for (const _ in tags) return JSON.stringify(tags);
  return null;
}
