import { describe, expect, test } from 'vitest';
import type { ArmClient, RequestContext } from '../../../../lib/azure/resource-manager/client/arm-client.ts';
import type { Members } from '../../../../lib/azure/resource-manager/client/members/member-filter.ts';
import type { Pages } from '../../../../lib/azure/resource-manager/client/pages.ts';
import { listArcMachines } from '../../../../lib/azure/resource-manager/resources/arc-machines.ts';
import {
  listRoleAssignments,
  listRoleAssignmentsOf,
} from '../../../../lib/azure/resource-manager/resources/role-assignments.ts';
import { listScaleSets } from '../../../../lib/azure/resource-manager/resources/scale-sets.ts';
import {
  listPowerStates,
  listVirtualMachines,
} from '../../../../lib/azure/resource-manager/resources/virtual-machines.ts';
import { absentArm } from '../../../support/absent-arm.ts';
import { payloadItems } from '../../../support/payloads.ts';
import { drain, newContext } from '../fixtures/arm-server.ts';

type List = (arm: ArmClient, subscriptionId: string, context: RequestContext) => Pages<object>;

const subscriptionId = 'ea42f556-5106-4743-99b0-c129bfa71a47';
const principalId = '0d1d6b36-0b5e-4d5c-9a5b-6f0f0e0c8a52';
const machines = payloadItems('vm-listall-max');

/** The value, noting the paths at which somebody reads it. Items of lists count as their list. */
function watched(value: unknown, path: string, seen: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof name === 'symbol' || !Object.hasOwn(target, name)) return member;
      if (Array.isArray(target)) return watched(member, path, seen);
      seen.add(`${path}/${name}`);
      return watched(member, `${path}/${name}`, seen);
    },
  });
}

function isRead(members: Members, [first, ...rest]: readonly string[]): boolean {
  if (members === 'all' || first === undefined) return true;
  const of = members[first];
  return of !== undefined && isRead(of, rest);
}

describe('a list is sent only what its reader looks at', () => {
  test.each<[what: string, items: readonly unknown[], list: List]>([
    ['virtual machines', machines, listVirtualMachines],
    ['power states', machines, listPowerStates],
    ['scale sets', payloadItems('vmss-listall-max'), listScaleSets],
    ['Arc machines', payloadItems('hybridcompute-machines-list'), listArcMachines],
    ['role assignments', payloadItems('real-roleassignments-list'), listRoleAssignments],
    [
      'role assignments of a principal',
      payloadItems('real-roleassignments-list'),
      (arm, subscription, context) => listRoleAssignmentsOf(arm, subscription, principalId, context),
    ],
  ])('%s', async (_, items, list) => {
    const seen = new Set<string>();
    let members: Members | undefined;
    const pages = [[...items, {}].map((item) => watched(item, '', seen))];
    const arm: ArmClient = {
      ...absentArm,
      pages(_path, request) {
        members = request.members;
        return { read: async (take) => pages.forEach(take) };
      },
    };

    await drain(list(arm, subscriptionId, newContext())).catch(() => undefined);

    expect(members).toBeDefined();
    expect(seen.size).toBeGreaterThan(1);
    expect([...seen].filter((path) => !isRead(members ?? {}, path.split('/').slice(1)))).toEqual([]);
  });
});
