import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { mapPages, type Pages } from '../client/pages.ts';

const managementGroupsApiVersion = '2021-04-01';

/** A subscription below a management group. The identity may have no role in it. */
export interface DescendantSubscription {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly displayName: string | null;
}

/**
 * Subscriptions at any depth below a management group, page by page. Needs Management Group Reader on it (else 403).
 * @param managementGroupId the id, not the display name
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/managementgroups/management-groups/get-descendants
 */
export function listDescendantSubscriptions(
  arm: ArmClient,
  managementGroupId: string,
  context: RequestContext,
): Pages<DescendantSubscription> {
  const path = `/providers/Microsoft.Management/managementGroups/${encodeURIComponent(managementGroupId)}/descendants`;
  const request = { apiVersion: managementGroupsApiVersion, context };
  return mapPages(arm.pages(path, request), (page) => page.flatMap(toSubscription));
}

function toSubscription(item: unknown): DescendantSubscription[] {
  const id = textOrNull(member(item, 'id'));
  if (id === null) throw new InvalidResponseError('A descendant of a management group was listed without an id');
  const subscriptionId = /^\/subscriptions\/([^/]+)$/i.exec(id)?.[1];
  if (subscriptionId === undefined) return [];
  return [
    {
      subscriptionId: subscriptionId.toLowerCase(),
      displayName: textOrNull(member(member(item, 'properties'), 'displayName')),
    },
  ];
}
