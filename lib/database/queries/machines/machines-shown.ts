import type { MachineFilter } from '../../../inventory/query.ts';

/** The version that a row shows: the one in force at the run, or the last one of a machine that had ended by then. */
const shownVersion = {
  existing: 'v.machine = m.id AND v.valid_from <= $seq AND (v.valid_to IS NULL OR v.valid_to > $seq)',
  any: `v.machine = m.id AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l WHERE l.machine = m.id AND l.valid_from <= $seq ORDER BY l.valid_from DESC LIMIT 1)`,
};

/** `end_change` values that do not mean deleted. */
export const endedUndeleted: readonly string[] = ['virtualMachineMoved', 'outOfScope', 'subscriptionForgotten'];
const deletedVersion = ` AND v.valid_to <= $seq AND v.end_change NOT IN (${endedUndeleted.map((change) => `'${change}'`).join()})`;

/** A machine is listed under its last id only. */
const notMoved = " AND (v.valid_to <= $seq AND v.end_change = 'virtualMachineMoved') IS NOT TRUE";

/** Which machines to show, as in a filter. `everyId`: all, also under the ids from which they moved away. */
export type ShownMachines = MachineFilter['deleted'] | 'everyId';
export type ShownFilter = Omit<MachineFilter, 'deleted'> & { readonly deleted?: ShownMachines };

/** The CROSS JOIN keeps machines in front: their order is the default order, and a page ends after a few rows. */
export function machinesShown(shown: ShownMachines): string {
  const version = {
    false: shownVersion.existing,
    true: shownVersion.any + deletedVersion,
    any: shownVersion.any + notMoved,
    everyId: shownVersion.any,
  };
  return `machine m CROSS JOIN machine_version v ON ${version[`${shown ?? false}`]}`;
}
