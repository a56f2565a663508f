import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors/invalid-response-error.ts';

const managementGroupsApiVersion = '2021-04-01';

/** A subscription below a management group, whether or not the identity may see into it. */
export interface DescendantSubscription {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly displayName: string | null;
}

/**
 * Subscriptions anywhere below a management group, page by page. Needs Management Group Reader there (else 403).
 * @param managementGroupId its name (id), not its display name
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/managementgroups/management-groups/get-descendants
 */
export async function* listDescendantSubscriptions(
  arm: ArmClient,
  managementGroupId: string,
  context: RequestContext,
): AsyncGenerator<readonly DescendantSubscription[]> {
  const path = `/providers/Microsoft.Management/managementGroups/${encodeURIComponent(managementGroupId)}/descendants`;
  for await (const page of arm.pages(path, { apiVersion: managementGroupsApiVersion, context })) {
    yield page.flatMap(toSubscription);
  }
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
