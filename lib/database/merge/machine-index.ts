import type { Database } from '../database.ts';

/** What is known of one machine while its subscription is being merged. */
export interface KnownMachine {
  readonly machine: number;
  /** Of the open version; null = the machine has ended. */
  fingerprint: number | null;
}

/** The machines of one subscription by resource group, type and name. */
export type MachineIndex = Map<string, KnownMachine>;

/** Key of a machine inside its subscription. Names compare without case, as Azure does. */
export function machineKey(resourceGroup: number, type: number, name: string): string {
  return `${resourceGroup} ${type} ${name.toLowerCase()}`;
}

/** Reads the index of one subscription: one query where a look-up per row would be thousands. */
export function prepareMachineIndex(database: Database): (subscription: number) => MachineIndex {
  const select = database.prepare(`
    SELECT m.id, m.resource_group, m.type, m.name, v.fingerprint
    FROM machine m LEFT JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
    WHERE m.subscription = ?`);
  select.setReturnArrays(true);
  return (subscription) => {
    const index: MachineIndex = new Map();
    for (const row of select.iterate(subscription)) {
      // With setReturnArrays a row is an array, which the types do not say.
      const [id, group, type, name, fingerprint] = Object.values(row);
      index.set(machineKey(Number(group), Number(type), String(name)), {
        machine: Number(id),
        fingerprint: fingerprint === null ? null : Number(fingerprint),
      });
    }
    return index;
  };
}
