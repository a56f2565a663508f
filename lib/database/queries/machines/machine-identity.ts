import { identityTypes, type MachineIdentity, type UserAssignedIdentity } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { integer, integerOrNull, type SqlRow, text, textOrNull } from '../columns.ts';
import { prepared } from '../statements.ts';
import { define } from '../stored-json.ts';

/** Attachments of some machines, those that ended included, by the machine's number and in the order of their positions. */
export type Attachments = ReadonlyMap<number, readonly SqlRow[]>;

/**
 * One statement for many machines: the call itself costs more than the rows (measured: 1.7 against 10 microseconds a machine for
 * batches of 100 against one by one).
 */
const attachmentsOf = `
SELECT a.machine, a.valid_from, a.valid_to, i.kind, i.principal_id, i.client_id, coalesce(a.resource_id, i.resource_id) AS resource_id
FROM json_each(?) j CROSS JOIN attachment a ON a.machine = j.value CROSS JOIN identity i ON i.id = a.identity
ORDER BY a.position`;

export function readAttachments(database: Database, machines: readonly number[]): Attachments {
  return Map.groupBy(prepared(database, attachmentsOf).all(JSON.stringify(machines)), (row) => integer(row, 'machine'));
}

/**
 * The identities of a machine at a run.
 * @param type number of its identity type, as `machine_version.identity_type` has it
 * @param attachments of that machine
 */
export function machineIdentity(
  type: number,
  tenantId: string | null,
  attachments: readonly SqlRow[],
  seq: number,
): MachineIdentity {
  const typeName = identityTypes[type];
  if (typeName === undefined) throw new TypeError(`Column identity_type holds ${type}`);
  const userAssignedIdentities: Record<string, UserAssignedIdentity> = {};
  let principalId: string | null = null;
  for (const row of attachments) {
    if (!isValidAt(row, seq)) continue;
    if (integer(row, 'kind') === 1) principalId = textOrNull(row, 'principal_id');
    else {
      define(userAssignedIdentities, text(row, 'resource_id'), {
        principalId: textOrNull(row, 'principal_id'),
        clientId: textOrNull(row, 'client_id'),
      });
    }
  }
  return { type: typeName, principalId, tenantId, userAssignedIdentities };
}

function isValidAt(row: SqlRow, seq: number): boolean {
  const validTo = integerOrNull(row, 'valid_to');
  return integer(row, 'valid_from') <= seq && (validTo === null || validTo > seq);
}
