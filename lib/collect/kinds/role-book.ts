import type { ArmClient, RequestContext } from '../../azure/resource-manager/client/arm-client.ts';
import { forEachPage } from '../../azure/resource-manager/client/pages.ts';
import { listRoleDefinitions } from '../../azure/resource-manager/resources/role-definitions.ts';
import type { RoleDefinitionReading } from '../../inventory/role.ts';

/**
 * Roles read so far by whoever reads subscriptions together. Nearly all roles are built in and the same everywhere, so that one
 * list answers for all subscriptions.
 */
export interface RoleBook {
  /**
   * Sees to it that roles are known: waits for the first list that anyone asked for, and asks for the subscription's own when
   * that did not hold them all. One that no list has stays unknown. A first list that Azure makes wait is waited for by nobody
   * else: the next one to need roles asks for them.
   * @param keys see {@link roleKey}
   * @returns whether the subscription's own list was asked for
   * @throws what `ArmClient.pages` throws: the subscription's own list failed
   */
  learn(keys: Iterable<string>, arm: ArmClient, subscriptionId: string, context: RequestContext): Promise<boolean>;
  /** Those of the roles that are known and were not taken before: a sink needs each once. */
  take(keys: Iterable<string>): readonly RoleDefinitionReading[];
}

/** The list that others wait for. */
interface FirstList {
  /** It was read to its end. */
  ended: boolean;
  /** When waiting for it makes no more sense: it has ended, or its subscription is held. */
  readonly left: Promise<void>;
}

/** A role by the last segment of its id: what stands before differs from one list to another. */
export function roleKey(roleDefinitionId: string): string {
  return roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1).toLowerCase();
}

/** First lists that may fail one after another. After that all ask at once: there is nothing to wait for. */
const mostFailures = 3;

export function createRoleBook(): RoleBook {
  const known = new Map<string, RoleDefinitionReading>();
  const taken = new Set<string>();
  let failures = 0;
  let first: FirstList | null = null;

  async function list(arm: ArmClient, subscriptionId: string, context: RequestContext): Promise<void> {
    await forEachPage(listRoleDefinitions(arm, subscriptionId, context), (page) => {
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
      // that it failed is told where it was asked for; the next one that waits for it asks again
      if (!own.ended) failures += 1;
      if (!own.ended && first === own) first = null;
      leave();
    }
  }

  return {
    async learn(keys, arm, subscriptionId, context) {
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
