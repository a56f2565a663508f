import fc from 'fast-check';
import { type CoverageStatus, type Kind, kinds, machineKinds } from '../../lib/inventory/coverage.ts';
import { type MachineReading, type MachineType, machineTypes } from '../../lib/inventory/virtual-machine.ts';
import { federatedCredential, guid, machine, type RunReading, roleAssignment, userAssigned } from './readings.ts';

/** A small Azure that changes between runs. The first run sees all of it, the later ones any part. */
export const subscriptions = [guid(1), guid(2)];
const names = ['a', 'b'];
const identityNames = ['u', 'v'];
const types: readonly string[] = machineTypes;
const scopes = ['/providers/Microsoft.Management/managementGroups/top', `/subscriptions/${guid(1)}`];

const place = fc.record({
  subscriptionId: fc.constantFrom(...subscriptions),
  name: fc.constantFrom(...names),
  type: fc.constantFrom(machineTypes[0], machineTypes[0], ...machineTypes),
});
const content = fc.record({
  size: fc.constantFrom('small', 'large'),
  /** Another machine under the same id. */
  anew: fc.constantFrom(false, false, false, true),
  system: fc.option(fc.integer({ min: 1, max: 2 })),
  assigned: fc.subarray(identityNames),
});
const put = fc.record({ do: fc.constant('put' as const), at: place, content });
const move = fc.record({ do: fc.constant('move' as const), at: place, to: place });
const step = fc.oneof(
  put,
  put,
  put,
  fc.record({ do: fc.constant('remove' as const), at: place }),
  move,
  move,
  fc.record({ do: fc.constant('regroup' as const), below: fc.subarray(subscriptions) }),
  fc.record({ do: fc.constant('recreate' as const), identity: fc.constantFrom(...identityNames) }),
  fc.record({ do: fc.constant('drop' as const), identity: fc.constantFrom(...identityNames) }),
  fc.record({
    do: fc.constant('trust' as const),
    identity: fc.constantFrom(...identityNames),
    names: fc.subarray(['x', 'y']),
    subject: fc.constantFrom('one', 'two'),
  }),
  fc.record({
    do: fc.constant('assign' as const),
    name: fc.constantFrom('r', 's'),
    scope: fc.constantFrom(...scopes),
    identity: fc.constantFrom(...identityNames),
    condition: fc.constantFrom(null, 'c'),
  }),
  fc.record({
    do: fc.constant('unassign' as const),
    name: fc.constantFrom('r', 's'),
    scope: fc.constantFrom(...scopes),
  }),
);
const whole = Array.from({ length: 9 }, () => 'complete' as const);
const status = fc.constantFrom<CoverageStatus>(...whole, 'partial', 'failed', 'denied');
const sight = fc.record({
  seen: fc.constantFrom('read', 'read', 'read', 'read', 'read', 'read', 'lost', 'outside'),
  statuses: fc.array(status, { minLength: kinds.length, maxLength: kinds.length }),
  hidden: fc.oneof(fc.constant<string[]>([]), fc.subarray([...names, ...identityNames])),
  checks: fc.constantFrom('truth', 'truth', 'failing'),
});
const run = fc.record({ steps: fc.array(step, { maxLength: 9 }), sights: fc.tuple(sight, sight) });
export const history = fc.array(run, { minLength: 2, maxLength: 6 });
export type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;
export type Sight = typeof sight extends fc.Arbitrary<infer T> ? T : never;
type Content = typeof content extends fc.Arbitrary<infer T> ? T : never;

interface World {
  /** Content by resource id in lower case. */
  readonly machines: Map<string, { at: Parameters<typeof idAt>[0]; vmId: string; content: Content }>;
  /** Which one it is under its id, and who else may sign in as it. */
  readonly identities: Map<string, { generation: number; there: boolean; names: readonly string[]; subject: string }>;
  readonly roles: Map<string, ReturnType<typeof roleAssignment>>;
  /** Subscriptions below the management group. */
  readonly below: Set<string>;
}
const identity = (world: World, name: string) =>
  world.identities.get(name) ?? { generation: 1, there: true, names: [], subject: 'one' };
const principalOf = (world: World, name: string) => `user-${name}-${identity(world, name).generation}`;
const identityReading = (world: World, name: string) =>
  userAssigned(name, { principalId: principalOf(world, name), clientId: `client-${principalOf(world, name)}` });

function idAt(at: { readonly subscriptionId: string; readonly name: string; readonly type: MachineType }): string {
  return `/subscriptions/${at.subscriptionId}/resourceGroups/rg/providers/${at.type}/${at.name}`;
}

function machineReading(
  world: World,
  at: Parameters<typeof idAt>[0],
  vmId: string,
  { size, system, assigned }: Content,
): MachineReading {
  const readings = assigned.map((name) => identityReading(world, name));
  const type = `${system === null ? '' : 'SystemAssigned'}${readings.length === 0 ? '' : ', UserAssigned'}`;
  return machine(at.name, {
    id: idAt(at),
    type: at.type,
    subscriptionId: at.subscriptionId,
    vmSize: size,
    vmId,
    instanceCount: at.type === machineTypes[1] ? 2 : null,
    identity: {
      type:
        type === ''
          ? 'None'
          : type === ', UserAssigned'
            ? 'UserAssigned'
            : type === 'SystemAssigned'
              ? type
              : 'SystemAssigned, UserAssigned',
      principalId: system === null ? null : `system-${idAt(at)}-${system}`,
      tenantId: system === null ? null : guid(9),
      userAssignedIdentities: Object.fromEntries(
        readings.map(({ id, principalId, clientId }) => [id, { principalId, clientId }]),
      ),
    },
  });
}

/** Ids of machines that were ever made: each has one of its own. */
let made = 0;

export function change(world: World, steps: Run['steps']): void {
  const { machines, identities, roles, below } = world;
  for (const one of steps) {
    if (one.do === 'put') {
      const key = idAt(one.at).toLowerCase();
      const before = one.content.anew ? undefined : machines.get(key)?.vmId;
      made += 1;
      machines.set(key, { at: one.at, vmId: before ?? `vm-${made}`, content: one.content });
    } else if (one.do === 'remove') {
      machines.delete(idAt(one.at).toLowerCase());
    } else if (one.do === 'move') {
      const found = machines.get(idAt(one.at).toLowerCase());
      const to = { ...one.to, type: one.at.type };
      if (found === undefined || machines.has(idAt(to).toLowerCase())) continue;
      machines.delete(idAt(one.at).toLowerCase());
      machines.set(idAt(to).toLowerCase(), { ...found, at: to });
    } else if (one.do === 'regroup') {
      below.clear();
      for (const id of one.below) below.add(id);
    } else if (one.do === 'recreate') {
      const { generation } = identity(world, one.identity);
      identities.set(one.identity, { generation: generation + 1, there: true, names: [], subject: 'one' });
    } else if (one.do === 'drop') {
      identities.set(one.identity, { ...identity(world, one.identity), there: false });
    } else if (one.do === 'trust') {
      identities.set(one.identity, { ...identity(world, one.identity), names: one.names, subject: one.subject });
    } else if (one.do === 'assign') {
      const reading = roleAssignment(one.name, principalOf(world, one.identity), {
        scope: one.scope,
        condition: one.condition,
      });
      roles.set(reading.id, reading);
    } else {
      roles.delete(roleAssignment(one.name, 'x', { scope: one.scope }).id);
    }
  }
}

export const shows = (value: CoverageStatus): boolean => value === 'complete' || value === 'partial';
export const everything: Sight = {
  seen: 'read',
  statuses: kinds.map(() => 'complete'),
  hidden: [],
  checks: 'truth',
};
export const statusOf = (seen: Sight | undefined, kind: Kind): CoverageStatus =>
  seen?.seen === 'read' ? (seen.statuses[kinds.indexOf(kind)] ?? 'failed') : 'failed';
export const kindOf = (type: string): Kind => machineKinds[types.indexOf(type)] ?? 'virtualMachines';

export function readingOf(world: World, sights: readonly Sight[], day: number): RunReading {
  const by = new Map(subscriptions.map((id, index) => [id, sights[index]] as const));
  const all = [...world.machines.values()].map(({ at, vmId, content: what }) => machineReading(world, at, vmId, what));
  const those = (wanted: Sight['seen']) => subscriptions.filter((id) => by.get(id)?.seen === wanted);
  const read = those('read').map((subscriptionId) => {
    const seen = by.get(subscriptionId);
    const hides = (kind: Kind, name: string) => !shows(statusOf(seen, kind)) || seen?.hidden.includes(name) === true;
    const reading = {
      machines: all.filter((one) => one.subscriptionId === subscriptionId && !hides(kindOf(one.type), one.name)),
      identities: identityNames
        .filter((name) => subscriptionId === guid(1) && identity(world, name).there && !hides('identities', name))
        .map((name) => identityReading(world, name)),
      roleAssignments: [...world.roles.values()].filter(
        ({ scope }) =>
          statusOf(seen, 'roleAssignments') === 'complete' &&
          (scope === scopes[0] ? world.below.has(subscriptionId) : scope.endsWith(subscriptionId)),
      ),
      status: statusOf(seen, 'virtualMachines'),
      statuses: Object.fromEntries(kinds.map((kind) => [kind, statusOf(seen, kind)])),
    };
    return [subscriptionId, reading] as const;
  });
  const answer = <Value>(id: string, value: Value | undefined) => {
    if (by.get(id.split('/')[2] ?? '')?.checks === 'failing') {
      return { outcome: 'unverified', reason: { code: 'E', message: 'e', hint: null } } as const;
    }
    return value === undefined ? ({ outcome: 'absent' } as const) : ({ outcome: 'present', reading: value } as const);
  };
  const nameOf = (id: string) => identityNames.find((name) => id.endsWith(name) && identity(world, name).there);
  const lost = those('lost').map((subscriptionId) => ({
    subscriptionId,
    displayName: null,
    source: 'previousRun' as const,
    grantCommand: '',
  }));
  const scope = subscriptions.filter((id) => by.get(id)?.seen !== 'outside');
  return {
    day,
    subscriptions: Object.fromEntries(read),
    plan: { kinds, scope: scope.length === subscriptions.length ? null : scope, blindSpots: lost },
    verify: (id) =>
      answer(
        id,
        all.find((one) => one.id.toLowerCase() === id.toLowerCase()),
      ),
    verifyIdentity(id) {
      const name = nameOf(id);
      return answer(id, name === undefined ? undefined : identityReading(world, name));
    },
    federatedCredentials(id) {
      const name = nameOf(id);
      if (name === undefined) return answer(id, undefined);
      const { names: trusted, subject } = identity(world, name);
      return answer(
        id,
        trusted.map((one) => federatedCredential(one, { subject })),
      );
    },
  };
}

/** Every machine that there can be of two types, each with identities: what the first run sees. */
export function newWorld(): World {
  const world: World = { machines: new Map(), identities: new Map(), roles: new Map(), below: new Set(subscriptions) };
  for (const subscriptionId of subscriptions) {
    for (const [index, name] of names.entries()) {
      for (const type of [machineTypes[0], machineTypes[index + 1] ?? machineTypes[1]]) {
        const at = { subscriptionId, name, type };
        const assigned = identityNames.slice(index, index + 1);
        world.machines.set(idAt(at).toLowerCase(), {
          at,
          vmId: `vm-of-${idAt(at)}`,
          content: { size: 'small', anew: false, system: 1, assigned },
        });
      }
    }
  }
  return world;
}
