import { forEachBounded } from '../../async/for-each-bounded.ts';
import { isAbsence } from '../../azure/resource-manager/client/errors.ts';
import { listRoleAssignments } from '../../azure/resource-manager/resources/role-assignments.ts';
import { getRoleDefinition } from '../../azure/resource-manager/resources/role-definitions.ts';
import { InventoryError, NoTokenError } from '../../errors.ts';
import { readRoleDefinitions } from '../../inventory/roles/read-actions.ts';
import { deletedRoleName, roleKey } from '../../inventory/roles/role.ts';
import { type KindEnd, type KindReader, type KindRequest, type Outcome, readToItsEnd } from './kind-reader.ts';

/** A subscription must not occupy every slot. */
const openReads = 8;

/** The resource ids that assignments give their roles, by {@link roleKey}. */
type NamedRoles = ReadonlyMap<string, string>;

/**
 * A reader of role assignments in one subscription, and of the roles they name that were not read before. Without the
 * names of the roles the kind is partial; the assignments stay. It throws what the list throws, after the roles of the
 * pages before the failure were read.
 */
export function roleAssignmentsReader(list: typeof listRoleAssignments): KindReader {
  return async (request) => {
    const { arm, subscriptionId, sink, context, onPage } = request;
    const named = new Map<string, string>();
    try {
      await list(arm, subscriptionId, context).read((page) => {
        sink({ type: 'roleAssignments', subscriptionId, rows: page });
        for (const { roleDefinitionId } of page) named.set(roleKey(roleDefinitionId), roleDefinitionId);
        onPage();
      });
    } catch (error) {
      if (endsOneKindOnly(error, context.signal)) await readRolesNamed(named, request);
      throw error;
    }
    const end = await readRolesNamed(named, request);
    onPage();
    return end;
  };
}

/** As a run reads them: without those to users and groups. */
export const readRoleAssignments = roleAssignmentsReader(listRoleAssignments);

async function readRolesNamed(named: NamedRoles, request: KindRequest): Promise<KindEnd> {
  const { arm, subscriptionId, sink, context, roles } = request;
  let outcome = readToItsEnd;
  let listed = false;
  try {
    listed = await roles.load(named.keys(), arm, subscriptionId, context);
    outcome = await readRolesById(roles.missing(named.keys()), named, request);
  } catch (error) {
    if (!endsOneKindOnly(error, context.signal)) throw error;
    outcome = withoutRoleNames(`some roles in subscription ${subscriptionId}`, error);
  }
  const rows = roles.take(named.keys());
  if (rows.length > 0) sink({ type: 'roleDefinitions', subscriptionId, rows });
  return { outcome, alsoNeeds: listed ? [readRoleDefinitions] : [] };
}

/** Reads the roles that the lists leave out. One that does not exist is written as deleted. */
async function readRolesById(
  keys: readonly string[],
  named: NamedRoles,
  { arm, subscriptionId, sink, context, roles }: KindRequest,
): Promise<Outcome> {
  const deleted: string[] = [];
  let unread: Outcome | null = null;
  await forEachBounded(keys, openReads, context.signal, async (key, signal) => {
    const id = named.get(key) ?? key;
    try {
      roles.add(await getRoleDefinition(arm, id, { ...context, signal }));
    } catch (error) {
      if (!endsOneKindOnly(error, signal)) throw error;
      if (isAbsence(error)) deleted.push(id);
      else unread ??= withoutRoleNames(id, error);
    }
  });
  if (deleted.length > 0) {
    const rows = deleted.map((id) => ({ id, roleName: deletedRoleName, permissions: [] }));
    sink({ type: 'roleDefinitions', subscriptionId, rows });
  }
  if (unread !== null) return unread;
  return deleted.length === 0 ? readToItsEnd : withDeletedRoles(deleted);
}

function endsOneKindOnly(error: unknown, signal: AbortSignal): error is InventoryError {
  return error instanceof InventoryError && !(error instanceof NoTokenError) && !signal.aborted;
}

function withoutRoleNames(roles: string, { code, message, hint }: InventoryError): Outcome {
  return {
    status: 'partial',
    reason: {
      code: 'RoleDefinitionsNotRead',
      message: `Names and permissions of ${roles} could not be read: ${code}: ${message}`,
      hint,
    },
  };
}

/** A message names no more roles than these. */
const namedAtMost = 5;

function withDeletedRoles(ids: readonly string[]): Outcome {
  const more = ids.length > namedAtMost ? ` and ${ids.length - namedAtMost} more` : '';
  const named = `${ids.slice(0, namedAtMost).join(', ')}${more}`;
  return {
    status: 'complete',
    reason: {
      code: 'RoleDefinitionDeleted',
      message: `Assignments name roles that no longer exist, so they grant nothing: ${named}`,
      hint: `Delete those assignments. To list them, named ${deletedRoleName}: vm-identities principals`,
    },
  };
}
