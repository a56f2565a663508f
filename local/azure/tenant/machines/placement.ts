import type { IdentityShape } from '../access/identities.ts';
import { pickLocation, pickSize, type Role, roles, subscriptionNames } from '../names.ts';
import { createRandom } from '../random.ts';
import type { RawIdentity } from '../types.ts';
import type { MachineShape } from './shapes.ts';

/** Where a machine is and what it is for: everything that its payload follows from. */
export interface Placement {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly sharedSubscriptionId: string;
  /** Position in its subscription. */
  readonly index: number;
  /** 0 = the first machine of this name; 1 = deleted and made again, with new ids. */
  readonly generation: number;
  readonly shape: MachineShape;
  /** A shape that depends on where the machine is, or the identity itself; undefined = none at all. */
  readonly identity: IdentityShape | RawIdentity | undefined;
  /** Instead of the usual name. */
  readonly name?: string;
  readonly team: string;
  readonly environment: string;
  readonly role: Role;
  readonly windows: boolean;
  readonly location: string;
  readonly vmSize: string;
  readonly costCenter: string;
  readonly resourceGroup: string;
}

/** What a placement is made from. */
export interface PlacementInput {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly subscriptionIndex: number;
  readonly sharedSubscriptionId: string;
  readonly index: number;
  readonly shape: MachineShape;
}

/** The first placement of a machine; later states of the tenant change parts of it. */
export function firstPlacement(input: PlacementInput): Placement {
  const { team, environment } = subscriptionNames(input.subscriptionIndex);
  const role = roles[input.index % roles.length] ?? 'web';
  // Location and size belong to the position, not to the generation: a re-created machine keeps them.
  const random = createRandom(input.seed, input.subscriptionId, input.index, 'placement');
  return {
    seed: input.seed,
    tenantId: input.tenantId,
    subscriptionId: input.subscriptionId,
    sharedSubscriptionId: input.sharedSubscriptionId,
    index: input.index,
    generation: 0,
    shape: input.shape,
    identity: input.shape.identity,
    team: team.short,
    environment: environment.short,
    role,
    windows: role === 'sql' || input.index % 5 === 4,
    location: pickLocation(random),
    vmSize: pickSize(random, role),
    costCenter: String(4000 + random.below(500)),
    resourceGroup: `rg-${team.short}-${role}-${environment.short}`,
  };
}

/** Windows names keep to 15 characters, as NetBIOS wants them. */
export function machineName(placement: Placement): string {
  if (placement.name !== undefined) return placement.name;
  const number = String(placement.index + 1).padStart(4, '0');
  return placement.windows
    ? `${placement.environment}${placement.team}${placement.role}${number}`.toUpperCase()
    : `vm-${placement.team}-${placement.role}-${placement.environment}-${number}`;
}
