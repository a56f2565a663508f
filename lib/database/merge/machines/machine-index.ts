import { fold } from '../../../inventory/names/fold.ts';
import { machineTypes } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';

/** What is known of one machine while its subscription is being merged. */
interface KnownMachine {
  readonly machine: number;
  /** Of the open version; null = the machine has ended. */
  fingerprint: number | null;
}

/** The machines of one type in one subscription, by resource group and name. */
export type MachineIndex = Map<string, KnownMachine>;

/** Key of a machine among those of its type in its subscription. Ignores case in names, as Azure does. */
export function machineKey(resourceGroup: number, name: string): string {
  return `${resourceGroup} ${fold(name)}`;
}

/** Reads the indexes of one subscription, by type number: one query instead of a look-up per row. */
export function prepareMachineIndexes(database: Database): (subscription: number) => readonly MachineIndex[] {
  const select = database.prepare(`
    SELECT m.id, m.resource_group, m.type, m.name, v.fingerprint
    FROM machine m LEFT JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
    WHERE m.subscription = ?`);
  select.setReturnArrays(true);
  return (subscription) => {
    const indexes: readonly MachineIndex[] = machineTypes.map(() => new Map());
    for (const row of select.iterate(subscription)) {
      // With setReturnArrays a row is an array, but its type stays that of an object.
      const [id, group, type, name, fingerprint] = Object.values(row);
      indexes[Number(type)]?.set(machineKey(Number(group), String(name)), {
        machine: Number(id),
        fingerprint: fingerprint === null ? null : Number(fingerprint),
      });
    }
    return indexes;
  };
}
