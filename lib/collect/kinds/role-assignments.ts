import { forEachPage } from '../../azure/resource-manager/client/pages.ts';
import { listRoleAssignments } from '../../azure/resource-manager/resources/role-assignments.ts';
import { InventoryError, NoTokenError } from '../../errors.ts';
import { readRoleDefinitions } from '../../inventory/read-actions.ts';
import { roleKey } from '../../inventory/role.ts';
import { type KindEnd, type KindRequest, type Outcome, readToItsEnd } from './kind-reader.ts';

/**
 * Reads the role assignments of one subscription, and the roles they name that were not read before. Without the names
 * of the roles the kind is partial; the assignments stay.
 * @throws what `listRoleAssignments` throws, after the roles of the pages before the failure were read
 */
export async function readRoleAssignments(request: KindRequest): Promise<KindEnd> {
  const { arm, subscriptionId, sink, context, onPage } = request;
  const named = new Set<string>();
  try {
    await forEachPage(listRoleAssignments(arm, subscriptionId, context), (page) => {
      sink({ type: 'roleAssignments', subscriptionId, rows: page });
      for (const { roleDefinitionId } of page) named.add(roleKey(roleDefinitionId));
      onPage();
    });
  } catch (error) {
    if (endsOneKindOnly(error, context.signal)) await readRolesNamed(named, request);
    throw error;
  }
  const end = await readRolesNamed(named, request);
  onPage();
  return end;
}

async function readRolesNamed(
  named: ReadonlySet<string>,
  { arm, subscriptionId, sink, context, roles }: KindRequest,
): Promise<KindEnd> {
  let outcome = readToItsEnd;
  let listed = false;
  try {
    listed = await roles.load(named, arm, subscriptionId, context);
  } catch (error) {
    if (!endsOneKindOnly(error, context.signal)) throw error;
    outcome = withoutRoleNames(subscriptionId, error);
  }
  const rows = roles.take(named);
  if (rows.length > 0) sink({ type: 'roleDefinitions', subscriptionId, rows });
  return { outcome, alsoNeeds: listed ? [readRoleDefinitions] : [] };
}

function endsOneKindOnly(error: unknown, signal: AbortSignal): error is InventoryError {
  return error instanceof InventoryError && !(error instanceof NoTokenError) && !signal.aborted;
}

function withoutRoleNames(subscriptionId: string, { code, message, hint }: InventoryError): Outcome {
  return {
    status: 'partial',
    reason: {
      code: 'RoleDefinitionsNotRead',
      message: `Names and permissions of some roles in subscription ${subscriptionId} could not be read: ${code}: ${message}`,
      hint,
    },
  };
}
