import { withTimeout } from '../async/with-timeout.ts';
import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { ArmError } from '../azure/resource-manager/client/errors.ts';
import { readAll } from '../azure/resource-manager/client/pages.ts';
import { newRequestContext } from '../azure/resource-manager/client/request-context.ts';
import { listDescendantSubscriptions } from '../azure/resource-manager/resources/descendant-subscriptions.ts';
import { listPermissions } from '../azure/resource-manager/resources/permissions.ts';
import { listSubscriptions } from '../azure/resource-manager/resources/subscriptions.ts';
import { containerOf } from '../azure/store/container.ts';
import { sourceContainer } from '../azure/store/open-store.ts';
import { storeTimedOut } from '../azure/store/storage-error.ts';
import type { TokenSource } from '../azure/token.ts';
import { InventoryError, NoTokenError, toReason } from '../errors.ts';
import { anySubscription, grantReaderCommand } from '../inventory/coverage.ts';
import { reasonToSkip } from '../inventory/reason-to-skip.ts';
import {
  grantGroupReaderCommand,
  type MissingRight,
  type MissingRights,
  managementGroupScope,
} from '../inventory/roles/missing-right.ts';
import { allows } from '../inventory/roles/permissions.ts';
import { readActions, readRoleDefinitions } from '../inventory/roles/read-actions.ts';
import type { Environment, Settings } from '../settings.ts';
import { findMissingSourceRight, findMissingStorageRight } from './missing-storage-right.ts';

/** Short, because a person waits for the answer. */
const sourceTimeoutMs = 10_000;

export interface MissingRightsRequest {
  readonly arm: ArmClient;
  readonly tokens: TokenSource;
  readonly settings: Settings;
  readonly environment: Environment;
  /** Of the identity that reads; null if its token does not name it. */
  readonly principalId: string | null;
  readonly signal: AbortSignal;
}

/**
 * The roles that the settings need and the identity lacks:
 * - Reader on subscriptions that it sees only in part, that the settings name, or that are below a named management
 *   group
 * - Management Group Reader on those groups
 * - the data role on the storage account, and the role to read the containers of other deployments
 *
 * Writes nothing.
 * @throws {NoTokenError} any other failure is a warning
 */
export async function findMissingRights(request: MissingRightsRequest): Promise<MissingRights> {
  const { settings, signal } = request;
  const missing: MissingRight[] = [];
  const warnings: string[] = [];
  /** @returns false if it is unknown */
  const settle = async (where: string, find: () => Promise<readonly (MissingRight | null)[]>): Promise<boolean> => {
    try {
      missing.push(...(await find()).filter((right) => right !== null));
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof NoTokenError) throw error;
      const { code, message } = toReason(error);
      warnings.push(`Cannot tell whether a right is missing ${where}: ${code}: ${message}`);
      return false;
    }
  };
  const storage = settle('on the storage account', async () => [await rightOnStorage(request)]);
  const sources = settings.sources.map((url) => settle(`on ${url}`, async () => [await rightOnSource(request, url)]));
  const subscriptions = settle('on subscriptions', async () => {
    const visible = await readAll(listSubscriptions(request.arm, newRequestContext(signal)));
    const expected = new Set(settings.subscriptions ?? []);
    for (const group of settings.managementGroups) {
      await settle(`on management group ${group}`, () => expectDescendants(request, group, expected));
    }
    const wanted = (id: string): boolean =>
      (settings.subscriptions?.includes(id) ?? true) && !settings.excludeSubscriptions.includes(id);
    const readable = visible.filter((one) => reasonToSkip(one) === null && wanted(one.subscriptionId));
    await Promise.all(
      readable.map(({ subscriptionId }) =>
        settle(`on subscription ${subscriptionId}`, () => readerMissing(request, subscriptionId)),
      ),
    );
    const unseen = [...expected].filter((id) => wanted(id) && !visible.some((one) => one.subscriptionId === id));
    if (visible.length === 0 && unseen.length === 0) unseen.push(anySubscription);
    return unseen.map((id) => reader(request, id));
  });
  // All at once: a rejection that nothing awaits yet would end the process.
  const [known] = await Promise.all([subscriptions, storage, ...sources]);
  missing.sort((a, b) => (a.scope < b.scope ? -1 : 1));
  return { missingRights: known || missing.length > 0 ? missing : null, warnings };
}

function rightOnStorage({ settings, environment, signal }: MissingRightsRequest): Promise<MissingRight | null> {
  if (settings.storage.kind === 'none') return Promise.resolve(null);
  return withOtherToken(() => findMissingStorageRight(containerOf(settings, environment), signal));
}

function rightOnSource(
  { settings, environment, tokens, signal }: MissingRightsRequest,
  url: string,
): Promise<MissingRight | null> {
  return withOtherToken(() => {
    const container = sourceContainer(url, settings, environment, tokens);
    const find = (limited: AbortSignal) => findMissingSourceRight(container, limited);
    return withTimeout(find, sourceTimeoutMs, signal, (cause) => {
      throw storeTimedOut(`${url} did not respond`, sourceTimeoutMs, cause);
    });
  });
}

/** Makes a missing token for storage, which may have another identity or tenant, an error that is only a warning. */
async function withOtherToken<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof NoTokenError)) throw error;
    throw new InventoryError({ given: error.code }, error.message, { hint: error.hint, cause: error });
  }
}

/** Adds the subscriptions below a management group. @returns the role that is missing to list them */
async function expectDescendants(
  { arm, principalId, signal }: MissingRightsRequest,
  group: string,
  expected: Set<string>,
): Promise<MissingRight[]> {
  try {
    await listDescendantSubscriptions(arm, group, newRequestContext(signal)).read((page) => {
      for (const { subscriptionId } of page) expected.add(subscriptionId);
    });
    return [];
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const role = 'Management Group Reader';
    const scope = managementGroupScope(group);
    return [{ scope, role, grantCommand: grantGroupReaderCommand(group, principalId) }];
  }
}

async function readerMissing(request: MissingRightsRequest, subscriptionId: string): Promise<MissingRight[]> {
  try {
    const permissions = await listPermissions(request.arm, subscriptionId, newRequestContext(request.signal));
    const all = [...Object.values(readActions), readRoleDefinitions].every((action) => allows(permissions, action));
    return all ? [] : [reader(request, subscriptionId)];
  } catch (error) {
    if (isForbidden(error)) return [reader(request, subscriptionId)];
    throw error;
  }
}

function reader({ principalId }: MissingRightsRequest, subscriptionId: string): MissingRight {
  return {
    scope: `/subscriptions/${subscriptionId}`,
    role: 'Reader',
    grantCommand: grantReaderCommand(subscriptionId, principalId),
  };
}

function isForbidden(error: unknown): boolean {
  return error instanceof ArmError && error.status === 403;
}
