import { type ActivityEvent, isMove } from '../../../inventory/authors/author-search.ts';
import { fold } from '../../../inventory/names/fold.ts';
import { isObject, member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { mapPages, type Pages } from '../client/pages.ts';
import { subscriptionListPath } from './resource-id.ts';
import { toTime } from './wire-values.ts';

/** What to ask the activity log of a subscription for. The API allows one condition besides the times. */
export interface ActivityQuery {
  /** ISO 8601 UTC, both included. Azure refuses a time more than 90 days ago. */
  readonly from: string;
  readonly to: string;
  readonly of: { readonly resourceProvider: string } | { readonly resourceUri: string };
  /** Also the resources that a move names. */
  readonly withMoves: boolean;
}

/** The activity log keeps events for 90 days. @see https://learn.microsoft.com/azure/azure-monitor/platform/activity-log */
export const activityLogDays = 90;

const selected = 'caller,claims,correlationId,eventTimestamp,httpRequest,operationName,resourceId,status';

/** Longer texts are cut: whoever may write to a subscription chooses some of them. */
const mostCharacters = 512;
/** The resources of a move: 800 at most. */
const mostOfMove = 1_000_000;

const objectIdClaim = 'http://schemas.microsoft.com/identity/claims/objectidentifier';

/**
 * The succeeded events of the activity log of a subscription, page by page. Events without a time or a resource are
 * left out: they name no resource.
 * @see https://learn.microsoft.com/rest/api/monitor/activity-logs/list
 */
export function listActivityEvents(
  arm: ArmClient,
  subscriptionId: string,
  { from, to, of, withMoves }: ActivityQuery,
  context: RequestContext,
): Pages<ActivityEvent> {
  const condition =
    'resourceUri' in of
      ? `resourceUri eq ${quoted(of.resourceUri)}`
      : `resourceProvider eq ${quoted(of.resourceProvider)}`;
  const query = {
    $filter: `eventTimestamp ge ${quoted(from)} and eventTimestamp le ${quoted(to)} and ${condition}`,
    $select: withMoves ? `${selected},properties` : selected,
  };
  const path = subscriptionListPath(subscriptionId, 'Microsoft.Insights/eventtypes/management/values');
  const pages = arm.pages(path, { apiVersion: '2015-04-01', query, context });
  return mapPages(pages, (page) => page.flatMap((item) => toActivityEvent(item) ?? []));
}

function quoted(value: string): string {
  // Half of a surrogate pair, which JSON may contain, cannot be encoded.
  return `'${value.toWellFormed().replaceAll("'", "''")}'`;
}

/** @returns null for an attempt that failed, has not ended, or names no resource */
function toActivityEvent(item: unknown): ActivityEvent | null {
  if (!/^succeeded$/i.test(textOf(member(item, 'status')) ?? '')) return null;
  const resourceId = textOrNull(member(item, 'resourceId'));
  const operation = textOf(member(item, 'operationName'));
  const at = toTime(member(item, 'eventTimestamp'));
  if (resourceId === null || operation === null || at === null) return null;
  const claims = member(item, 'claims');
  const oid = shortText(member(claims, objectIdClaim)) ?? shortText(member(claims, 'oid'));
  const appid = shortText(member(claims, 'appid'));
  return {
    resourceId,
    operation,
    at,
    caller: shortText(member(item, 'caller')) ?? oid ?? appid,
    oid,
    appid,
    idtyp: shortText(member(claims, 'idtyp')),
    correlationId: shortText(member(item, 'correlationId')),
    clientIpAddress: shortText(member(member(item, 'httpRequest'), 'clientIpAddress')),
    moved: isMove(operation) ? movedText(member(item, 'properties')) : '',
  };
}

/** `{"value": …, "localizedValue": …}`; some answers have the text alone. */
function textOf(field: unknown): string | null {
  return shortText(isObject(field) ? field.value : field);
}

function shortText(value: unknown): string | null {
  return textOrNull(value)?.slice(0, mostCharacters) ?? null;
}

function movedText(properties: unknown): string {
  return fold((JSON.stringify(properties) ?? '').slice(0, mostOfMove));
}
