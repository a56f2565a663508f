import type { SQLInputValue } from 'node:sqlite';
import { fold } from '../../../inventory/names/fold.ts';
import type { ChangeKind } from '../../../inventory/run.ts';
import { identityTypes, type MachineReading, machineTypes } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { machineColumns, storedValues } from '../../machine-fields.ts';
import type { Dictionary } from '../dictionary.ts';
import { type Attached, attachedTo, type Identities } from '../identities/identities.ts';

/** Why and when a version or an attachment begins. */
export interface Beginning {
  /** null = a baseline, or part of another change */
  readonly change: ChangeKind | null;
  /** Epoch milliseconds of the reading; null = the machine's own first_seen. */
  readonly at: number | null;
  /** Epoch milliseconds of the last complete reading without it. */
  readonly notBefore: number | null;
}

/** Why and when a version or an attachment ends. Times in epoch milliseconds. */
interface Ending {
  /** null = no change of its own (an id of the identity became known) */
  readonly change: ChangeKind | null;
  readonly at: number;
  /** The last complete reading of its kind before; null = none, or part of another change. */
  readonly notBefore: number | null;
}

/** Writes machines, their versions and attachments at one `seq`. Decides nothing. */
export interface MachineWriter {
  /** @returns the number of the new machine */
  add(reading: MachineReading, subscription: number, resourceGroup: number, firstSeen: number): number;
  /** Updates name and id to the newest casing. */
  respell(machine: number, reading: MachineReading, resourceGroup: number): void;
  beginVersion(machine: number, reading: MachineReading, fingerprint: number, beginning: Beginning): void;
  /** Stores the same content in another form (casing, order, ignored tags, provisioning state). */
  refreshVersion(machine: number, reading: MachineReading, fingerprint: number): void;
  endVersion(machine: number): void;
  beganInThisRun(machine: number): boolean;
  attach(machine: number, attached: Attached, beginning: Beginning): void;
  attachAll(machine: number, reading: MachineReading, beginning: Beginning): void;
  detach(machine: number, identity: number, ending: Ending): void;
  /** Ends the machine itself and its attachments. */
  endMachine(machine: number, ending: Ending): void;
  /** Removes what this run began for a machine that turned out to be another machine's second id. */
  undo(machine: number): void;
}

/** Columns of a version, in the order of `contentOf`. */
const contentColumns = [...machineColumns, 'identity_type', 'identity_tenant'];

/** `?4`, the last complete reading, moved into the row's own time: not before it began, not after `?2`, its end. */
const endNotBefore = (table: string) =>
  `min(?2, max(?4, coalesce(began_at, (SELECT m.first_seen FROM machine m WHERE m.id = ${table}.machine))))`;

export function openMachineWriter(
  database: Database,
  dictionary: Dictionary,
  identities: Identities,
  seq: number,
): MachineWriter {
  const add = database.prepare(
    `INSERT INTO machine (id, subscription, resource_group, type, name, name_key, resource_id, first_seen)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const respell = database.prepare('UPDATE machine SET name = ?, resource_id = ? WHERE id = ?');
  const beginVersion = database.prepare(`INSERT INTO machine_version
    (machine, valid_from, fingerprint, began_at, not_before, begin_change, ${contentColumns.join(', ')})
    VALUES (?, ?, ?, ?, ?, ?, ${contentColumns.map(() => '?').join(', ')})`);
  const refreshVersion = database.prepare(`UPDATE machine_version
    SET fingerprint = ?, ${contentColumns.map((column) => `${column} = ?`).join(', ')}
    WHERE machine = ? AND valid_to IS NULL`);
  const endVersion = database.prepare('UPDATE machine_version SET valid_to = ? WHERE machine = ? AND valid_to IS NULL');
  const openFrom = database.prepare('SELECT valid_from FROM machine_version WHERE machine = ? AND valid_to IS NULL');
  const endMachine = database.prepare(`UPDATE machine_version
    SET valid_to = ?1, ended_at = ?2, end_change = ?3, end_not_before = ${endNotBefore('machine_version')}
    WHERE machine = ?5 AND valid_to IS NULL`);
  const attach = database.prepare(`INSERT INTO attachment
    (machine, identity, valid_from, position, resource_id, began_at, begin_change, not_before)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const detach = database.prepare(`UPDATE attachment
    SET valid_to = ?1, ended_at = ?2, end_change = ?3, end_not_before = ${endNotBefore('attachment')}
    WHERE machine = ?5 AND identity = ?6 AND valid_to IS NULL`);
  const detachAll = database.prepare(
    'UPDATE attachment SET valid_to = ?, ended_at = ?, end_change = ? WHERE machine = ? AND valid_to IS NULL',
  );
  const undo = [
    'DELETE FROM attachment WHERE machine = ?1 AND valid_from = ?2',
    'DELETE FROM machine_version WHERE machine = ?1 AND valid_from = ?2',
    'DELETE FROM power_state WHERE machine = ?1 AND ?2 = ?2 AND NOT EXISTS (SELECT 1 FROM machine_version WHERE machine = ?1)',
    'DELETE FROM machine WHERE id = ?1 AND ?2 = ?2 AND NOT EXISTS (SELECT 1 FROM machine_version WHERE machine = ?1)',
  ].map((sql) => database.prepare(sql));
  let next = Number(database.prepare('SELECT coalesce(max(id), 0) + 1 AS next FROM machine').get()?.next);

  /** The full id, only if the columns in their own casing do not give it. */
  const spelledId = (reading: MachineReading, resourceGroup: number): string | null => {
    const group = dictionary.resourceGroupName(resourceGroup);
    const id = `/subscriptions/${reading.subscriptionId}/resourceGroups/${group}/providers/${reading.type}/${reading.name}`;
    return id === reading.id ? null : reading.id;
  };
  const contentOf = (reading: MachineReading): SQLInputValue[] => {
    const values = storedValues(reading, dictionary.requiredText);
    values.push(identityTypes.indexOf(reading.identity.type), dictionary.text(reading.identity.tenantId));
    return values;
  };
  const attachOne = (machine: number, attached: Attached, { change, at, notBefore }: Beginning): void => {
    const { identity, position, resourceId } = attached;
    attach.run(machine, identity, seq, position, resourceId, at, change, change === null ? null : notBefore);
  };
  return {
    add(reading, subscription, resourceGroup, firstSeen) {
      const type = machineTypes.indexOf(reading.type);
      const resourceId = spelledId(reading, resourceGroup);
      add.run(next, subscription, resourceGroup, type, reading.name, fold(reading.name), resourceId, firstSeen);
      return next++;
    },
    respell(machine, reading, resourceGroup) {
      respell.run(reading.name, spelledId(reading, resourceGroup), machine);
    },
    beginVersion(machine, reading, fingerprint, { change, at, notBefore }) {
      const since = change === null ? null : notBefore;
      beginVersion.run(machine, seq, fingerprint, at, since, change, ...contentOf(reading));
    },
    refreshVersion(machine, reading, fingerprint) {
      refreshVersion.run(fingerprint, ...contentOf(reading), machine);
    },
    beganInThisRun: (machine) => openFrom.get(machine)?.valid_from === seq,
    endVersion: (machine) => void endVersion.run(seq, machine),
    attach: attachOne,
    attachAll(machine, reading, beginning) {
      for (const attached of attachedTo(reading.identity, identities)) attachOne(machine, attached, beginning);
    },
    detach(machine, identity, { change, at, notBefore }) {
      detach.run(seq, at, change, change === null ? null : notBefore, machine, identity);
    },
    endMachine(machine, { change, at, notBefore }) {
      endMachine.run(seq, at, change, notBefore, machine);
      detachAll.run(seq, at, change, machine);
    },
    undo(machine) {
      for (const statement of undo) statement.run(machine, seq);
    },
  };
}
