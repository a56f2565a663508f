import { kinds } from '../../../lib/inventory/coverage.ts';
import type { MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import {
  contributor,
  guid,
  having,
  machine,
  type RunReading,
  roleAssignment,
  type SubscriptionReading,
  userAssigned,
} from '../../support/readings.ts';

/** A generated estate. The same numbers make the same machines. */
export interface EstateSize {
  readonly machines: number;
  readonly subscriptions: number;
}

const locations = ['westeurope', 'northeurope', 'eastus', 'westus2', 'uksouth', 'swedencentral', 'japaneast'];
const vmSizes = ['Standard_D2s_v5', 'Standard_D4s_v5', 'Standard_E8s_v5', 'Standard_B2ms', 'Standard_F4s_v2'];
const teams = ['web', 'api', 'data', 'batch', 'edge'];
const powerStates = ['running', 'running', 'running', 'deallocated', 'stopped'];
/** The first one is on a twentieth of all machines. */
const sharedIdentities = 500;

export const subscriptionIdOf = (index: number): string => guid(100 + index);
/** The principal id of a machine's system-assigned identity. */
export const machinePrincipalId = (index: number): string => guid(1_000_000 + index);
/** The principal id of a user-assigned identity. */
export const identityPrincipalId = (index: number): string => guid(10_000_000 + index);

const refused = {
  code: 'AuthorizationFailed',
  message: 'The identity may not read this subscription',
  hint: 'Assign the role Reader to the identity there',
};
const broken = { code: 'InternalServerError', message: 'Azure answered 500 to every request', hint: null };

const identities = Array.from({ length: sharedIdentities }, (_, index) =>
  userAssigned(`id-shared-${index}`, {
    subscriptionId: subscriptionIdOf(0),
    principalId: identityPrincipalId(index),
    clientId: guid(20_000_000 + index),
  }),
);

/**
 * A run that read it. The last subscription is denied, the one before failed, and one is a blind spot.
 * @param startedAt of the run
 * @param more further machines of the first subscription
 */
export function estateRun(size: EstateSize, startedAt: Date, more: readonly MachineReading[] = []): RunReading {
  const at = startedAt.toISOString();
  const readable = size.subscriptions - 2;
  const perSubscription = Math.ceil(size.machines / readable);
  const entries = Array.from({ length: size.subscriptions }, (_, index): [string, SubscriptionReading] => {
    const id = subscriptionIdOf(index);
    const status = index < readable ? 'complete' : index === readable ? 'failed' : 'denied';
    if (status !== 'complete') {
      const statuses = Object.fromEntries(kinds.map((kind) => [kind, status]));
      return [id, { status, statuses, reason: status === 'denied' ? refused : broken }];
    }
    const from = index * perSubscription;
    const count = Math.min(perSubscription, Math.max(0, size.machines - from));
    const machines = Array.from({ length: count }, (_, place) => estateMachine(from + place, id));
    const read = {
      machines: index === 0 ? [...more, ...machines] : machines,
      powerStates: Object.fromEntries(machines.map(({ id }, place) => [id, `PowerState/${powerStates[place % 5]}`])),
    };
    return [
      id,
      index === 0 ? { ...read, identities, roleAssignments: assignments(), roleDefinitions: [contributor] } : read,
    ];
  });
  return {
    day: 1,
    subscriptions: Object.fromEntries(entries),
    plan: {
      runId: `${at.replaceAll(/[-:]|\.\d+/g, '')}-0000`,
      startedAt: at,
      kinds: [...kinds],
      trigger: 'timer',
      subscriptions: entries.map(([subscriptionId], index) => ({
        subscriptionId,
        displayName: `Estate ${String(index).padStart(3, '0')}`,
        tenantId: guid(9),
        state: 'Enabled',
        skip: null,
      })),
      blindSpots: [
        {
          subscriptionId: subscriptionIdOf(size.subscriptions),
          displayName: 'Estate hidden',
          source: 'managementGroup',
          grantCommand: `az role assignment create --role Reader --scope /subscriptions/${subscriptionIdOf(size.subscriptions)}`,
        },
      ],
      principalId: guid(7),
    },
  };
}

/** The same machines, with everything readable. @param plan whatever differs of the plan */
export function completeRun(size: EstateSize, startedAt: Date, plan: RunReading['plan'] = {}): RunReading {
  const run = estateRun({ ...size, subscriptions: size.subscriptions + 2 }, startedAt);
  const entries = Object.entries(run.subscriptions).slice(0, size.subscriptions);
  const subscriptions = run.plan?.subscriptions?.slice(0, size.subscriptions) ?? [];
  return {
    ...run,
    subscriptions: Object.fromEntries(entries),
    plan: { ...run.plan, subscriptions, blindSpots: [], ...plan },
  };
}

/** A machine by its number in the estate. */
function estateMachine(number: number, subscriptionId: string): MachineReading {
  const team = teams[number % teams.length] ?? '';
  return machine(`vm-${team}-${String(number).padStart(6, '0')}`, {
    subscriptionId,
    resourceGroup: `rg-${team}-${number % 10}`,
    location: locations[number % locations.length] ?? '',
    vmSize: vmSizes[number % vmSizes.length] ?? '',
    vmId: guid(30_000_000 + number),
    osType: number % 3 === 0 ? 'Windows' : 'Linux',
    zones: [String(1 + (number % 3))],
    tags: { env: number % 4 === 0 ? 'prod' : 'test', team, costCenter: String(4000 + (number % 50)) },
    identity: identityOf(number),
  });
}

/** Of ten machines, five have an identity of their own, two a shared one, one both, and two none. */
function identityOf(number: number): MachineReading['identity'] {
  const shared = identities[number % 20 === 5 ? 0 : number % sharedIdentities];
  const own = { principalId: machinePrincipalId(number), tenantId: guid(9), userAssignedIdentities: {} };
  const place = number % 10;
  if (place === 8 || place === 9)
    return { type: 'None', principalId: null, tenantId: null, userAssignedIdentities: {} };
  if (shared === undefined || (place !== 5 && place !== 6 && place !== 7)) return { type: 'SystemAssigned', ...own };
  if (place !== 7) return having(shared);
  return { ...having(shared), type: 'SystemAssigned, UserAssigned', principalId: own.principalId };
}

function assignments() {
  const scope = `/subscriptions/${subscriptionIdOf(0)}`;
  return Array.from({ length: 20 }, (_, index) =>
    roleAssignment(`assignment-${index}`, identityPrincipalId(index), { scope }),
  );
}
