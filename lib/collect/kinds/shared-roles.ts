import type { ArmClient, RequestContext } from '../../azure/resource-manager/client/arm-client.ts';
import { listRoleDefinitions } from '../../azure/resource-manager/resources/role-definitions.ts';
import { type RoleDefinitionReading, roleKey } from '../../inventory/roles/role.ts';

/**
 * The roles that were read so far. Nearly all roles are built in and the same everywhere, so one list answers for all
 * subscriptions that are read together.
 */
export interface SharedRoles {
  /**
   * Loads missing roles; callers share the first list. If that did not hold them all, the subscription's own list is
   * requested. If Azure throttles the first list, the others stop waiting, and
   * the next caller starts another first list.
   * @param keys see {@link roleKey}
   * @returns whether the subscription's own list was requested
   * @throws what `ArmClient.pages` throws: the subscription's own list failed
   */
  load(keys: Iterable<string>, arm: ArmClient, subscriptionId: string, context: RequestContext): Promise<boolean>;
  /** The roles among these that no list had. */
  missing(keys: Iterable<string>): readonly string[];
  /** Adds a role that was read by its id. */
  add(role: RoleDefinitionReading): void;
  /** The known ones among these roles that were not taken before: a sink needs each once. */
  take(keys: Iterable<string>): readonly RoleDefinitionReading[];
}

/** The list that others wait for. */
interface FirstList {
  /** Whether it was read to its end. */
  ended: boolean;
  /** Resolves when waiting is useless: the list has ended, or its subscription is throttled. */
  readonly left: Promise<void>;
}

/** After this many failed first lists, all subscriptions request their own at once. */
const mostFailures = 3;

export function shareRoles(): SharedRoles {
  const known = new Map<string, RoleDefinitionReading>();
  const taken = new Set<string>();
  let failures = 0;
  let first: FirstList | null = null;

  async function list(arm: ArmClient, subscriptionId: string, context: RequestContext): Promise<void> {
    await listRoleDefinitions(arm, subscriptionId, context).read((page) => {
      for (const role of page) known.set(roleKey(role.id), role);
    });
  }

  async function listFirst(arm: ArmClient, subscriptionId: string, context: RequestContext): Promise<void> {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const own: FirstList = { ended: false, left };
    first = own;
    const onHeld = (): void => {
      if (first === own) first = null;
      leave();
    };
    try {
      await list(arm, subscriptionId, { ...context, onHeld });
      own.ended = true;
    } finally {
      // Its own caller reports the failure. The next one that waits requests the list again.
      if (!own.ended) failures += 1;
      if (!own.ended && first === own) first = null;
      leave();
    }
  }

  return {
    async load(keys, arm, subscriptionId, context) {
      const wanted = [...keys];
      const missing = (): boolean => wanted.some((key) => !known.has(key));
      while (missing()) {
        if (first !== null && !first.ended && failures < mostFailures) {
          await first.left;
          continue;
        }
        await (first === null ? listFirst : list)(arm, subscriptionId, context);
        return true;
      }
      return false;
    },
    missing: (keys) => [...keys].filter((key) => !known.has(key)),
    add: (role) => void known.set(roleKey(role.id), role),
    take(keys) {
      const roles: RoleDefinitionReading[] = [];
      for (const key of keys) {
        const role = known.get(key);
        if (role === undefined || taken.has(key)) continue;
        taken.add(key);
        roles.push(role);
      }
      return roles;
    },
  };
}
