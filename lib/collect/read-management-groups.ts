import type { ArmClient, RequestContext } from '../azure/resource-manager/client/arm-client.ts';
import { ArmError } from '../azure/resource-manager/client/errors.ts';
import { listDescendantSubscriptions } from '../azure/resource-manager/resources/descendant-subscriptions.ts';
import { InventoryError, NoTokenError, type Reason } from '../errors.ts';
import { grantGroupReaderCommand } from '../inventory/roles/missing-right.ts';

/** What is below the configured management groups. */
interface BelowManagementGroups {
  /** Names of subscriptions by id, of all groups that could be read; null = Azure gave no name. */
  readonly subscriptions: ReadonlyMap<string, string | null>;
  /** False: there are groups, and none could be read. */
  readonly known: boolean;
  /** Names each group that could not be read, with its code; undefined = all were read. */
  readonly notRead: Reason | undefined;
}

interface UnreadGroup {
  readonly id: string;
  readonly error: InventoryError;
}

/**
 * Reads the subscriptions below management groups. A group that fails never stops the others.
 * @param principalId of the identity, for the command that grants it a role; null = unknown
 * @throws {NoTokenError} no credential gives a token
 */
export async function readManagementGroups(
  arm: ArmClient,
  groups: readonly string[],
  principalId: string | null,
  context: RequestContext,
): Promise<BelowManagementGroups> {
  const subscriptions = new Map<string, string | null>();
  const unread: UnreadGroup[] = [];
  for (const id of groups) {
    try {
      await listDescendantSubscriptions(arm, id, context).read((page) => {
        for (const { subscriptionId, displayName } of page) subscriptions.set(subscriptionId, displayName);
      });
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof NoTokenError || !(error instanceof InventoryError)) throw error;
      unread.push({ id, error });
    }
  }
  return {
    subscriptions,
    known: groups.length === 0 || unread.length < groups.length,
    notRead: unread.length === 0 ? undefined : groupsNotRead(unread, principalId),
  };
}

function groupsNotRead(unread: readonly UnreadGroup[], principalId: string | null): Reason {
  const each = unread.map(({ id, error }) => `${id}: ${error.code}: ${error.message}`);
  const hints = unread.map(({ id, error }) =>
    error instanceof ArmError && error.status === 403
      ? grantGroupReaderCommand(id, principalId)
      : (error.hint ??
        'Check INVENTORY_MANAGEMENT_GROUPS for ids, not display names: az account management-group list'),
  );
  return {
    code: 'ManagementGroupsNotRead',
    message: `Blind spots below these management groups are unknown: ${each.join('; ')}`,
    hint: [...new Set(hints)].join('; '),
  };
}
