import type { KindReading, ReadingSink } from '../../lib/inventory/reading.ts';
import type { RoleAssignmentReading, RoleDefinitionReading } from '../../lib/inventory/role.ts';
import type { UserAssignedIdentityReading } from '../../lib/inventory/user-assigned-identity.ts';
import type { MachineReading, PowerStateReading } from '../../lib/inventory/virtual-machine.ts';

/** A sink that keeps all it is told. */
export interface MemorySink extends ReadingSink {
  readonly rows: {
    readonly machines: MachineReading[];
    readonly powerStates: PowerStateReading[];
    readonly identities: UserAssignedIdentityReading[];
    readonly roleAssignments: RoleAssignmentReading[];
    readonly roleDefinitions: RoleDefinitionReading[];
  };
  readonly readings: readonly KindReading[];
}

export function createMemorySink(): MemorySink {
  const rows: MemorySink['rows'] = {
    machines: [],
    powerStates: [],
    identities: [],
    roleAssignments: [],
    roleDefinitions: [],
  };
  const readings: KindReading[] = [];
  return {
    rows,
    readings,
    begin: () => undefined,
    machines: (_, page) => void rows.machines.push(...page),
    powerStates: (_, page) => void rows.powerStates.push(...page),
    identities: (_, page) => void rows.identities.push(...page),
    roleAssignments: (_, page) => void rows.roleAssignments.push(...page),
    roleDefinitions: (_, page) => void rows.roleDefinitions.push(...page),
    end: (reading) => void readings.push(reading),
  };
}
