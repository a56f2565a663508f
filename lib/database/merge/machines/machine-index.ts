import { fold } from '../../../inventory/names/fold.ts';
import { machineTypes } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';

/** The numbers of the machines of one type in one subscription, by resource group and name. */
export type MachineIndex = Map<string, number>;

/** The fingerprints of the open versions of machines, by number. Eight bytes per machine. */
export type Fingerprints = ReturnType<typeof createFingerprints>;

export function createFingerprints() {
  let fingerprints = new Float64Array(1024).fill(Number.NaN);
  return {
    /** @returns null when the machine has ended, or was never read from the database */
    of(machine: number): number | null {
      const fingerprint = fingerprints[machine] ?? Number.NaN;
      return Number.isNaN(fingerprint) ? null : fingerprint;
    },
    set(machine: number, fingerprint: number | null): void {
      if (machine >= fingerprints.length) {
        const larger = new Float64Array(Math.max(fingerprints.length * 2, machine + 1)).fill(Number.NaN);
        larger.set(fingerprints);
        fingerprints = larger;
      }
      fingerprints[machine] = fingerprint ?? Number.NaN;
    },
  };
}

/** Key of a machine among those of its type in its subscription. Ignores case in names, as Azure does. */
export function machineKey(resourceGroup: number, name: string): string {
  return `${resourceGroup} ${fold(name)}`;
}

/**
 * Reads the indexes of one subscription, by type number: one query instead of a look-up per row.
 * @param fingerprints gets those of the open versions
 */
export function prepareMachineIndexes(
  database: Database,
  fingerprints: Fingerprints,
): (subscription: number) => readonly MachineIndex[] {
  const select = database.prepare(`
    SELECT m.id, m.resource_group, m.type, m.name, v.fingerprint
    FROM machine m LEFT JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
    WHERE m.subscription = ?`);
  select.setReturnArrays(true);
  const wasEmpty = database.prepare('SELECT 1 FROM machine LIMIT 1').get() === undefined;
  return (subscription) => {
    const indexes: readonly MachineIndex[] = machineTypes.map(() => new Map());
    // A run reads each subscription once. While an empty database fills up, there is no index to find its machines by.
    if (wasEmpty) return indexes;
    for (const row of select.iterate(subscription)) {
      // With setReturnArrays a row is an array, but its type stays that of an object.
      const [id, group, type, name, fingerprint] = Object.values(row);
      indexes[Number(type)]?.set(machineKey(Number(group), String(name)), Number(id));
      fingerprints.set(Number(id), fingerprint === null ? null : Number(fingerprint));
    }
    return indexes;
  };
}
