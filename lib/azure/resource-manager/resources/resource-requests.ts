import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import type { SomeMembers } from '../client/members/member-filter.ts';
import { mapPages, type Pages } from '../client/pages.ts';
import { resourcePath, subscriptionListPath } from './resource-id.ts';

/** All resources of one type in a subscription, page by page. It throws what `ArmClient.pages` throws. */
export function subscriptionList<Row>(
  type: string,
  request: {
    readonly apiVersion: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly members?: SomeMembers;
  },
  toRows: (page: readonly unknown[]) => readonly Row[],
): (arm: ArmClient, subscriptionId: string, context: RequestContext) => Pages<Row> {
  return (arm, subscriptionId, context) =>
    mapPages(arm.pages(subscriptionListPath(subscriptionId, type), { ...request, context }), toRows);
}

/** A reader of one resource by its id. It throws what `ArmClient.get` throws, such as an ArmError with `status` 404. */
export function resourceReader<Resource>(
  apiVersion: string,
  parse: (body: unknown) => Resource,
): (arm: ArmClient, id: string, context: RequestContext) => Promise<Resource> {
  return async (arm, id, context) => parse(await arm.get(resourcePath(id), { apiVersion, context }));
}
