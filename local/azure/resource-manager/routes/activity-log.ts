import type { Answer } from '../../answer.ts';
import { mayList, readActivityLog } from '../../tenant/access/visibility.ts';
import type { RawActivityEvent } from '../../tenant/activity/activity-log.ts';
import { type ArmRefusal, refusal } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import { authorizationFailed, subscriptionOf } from '../resource-scope.ts';
import type { ArmRequest, Route } from '../router.ts';

export const activityLogRoutes: readonly Route[] = [
  {
    path: '/subscriptions/{subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values',
    apiVersions: ['2015-04-01', '2014-04-01'],
    answer: listEvents,
  },
];

const daysKept = 90;

/** The fields that can be compared, once, after the times. */
const comparable: Readonly<Record<string, (event: RawActivityEvent) => string>> = {
  resourceuri: ({ resourceId }) => resourceId,
  resourceprovider: ({ resourceProviderName }) => resourceProviderName.value,
  resourcegroupname: ({ resourceGroupName }) => resourceGroupName,
  correlationid: ({ correlationId }) => correlationId,
};
const grammar =
  /^eventTimestamp ge '([^']+)' and eventTimestamp le '([^']+)'(?: and (resourceUri|resourceProvider|resourceGroupName|correlationId) eq '((?:[^']|'')+)')?$/i;

/** @see https://learn.microsoft.com/rest/api/monitor/activity-logs/list */
function listEvents(request: ArmRequest): Answer {
  const subscription = subscriptionOf(request);
  const { access, subscriptionId } = subscription;
  if (access.kind === 'resourceGroupReader' || !mayList(subscription, readActivityLog)) {
    throw authorizationFailed(request, readActivityLog, `/subscriptions/${subscriptionId}`);
  }
  const [, from = '', to = '', field = '', value = ''] =
    grammar.exec(request.url.searchParams.get('$filter') ?? '') ?? [];
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(begin) || Number.isNaN(end)) throw badRequest('The filter is not supported.');
  if (begin > end) throw badRequest('The start time must be before the end time.');
  if (begin < Date.now() - daysKept * 86_400_000) {
    throw badRequest(`The start time cannot be more than ${daysKept} days in the past.`);
  }
  const fieldOf = comparable[field.toLowerCase()];
  const wanted = value.replaceAll("''", "'").toLowerCase();
  const events = request.tenant.activityLog.eventsOf(subscriptionId, Date.now()).filter((event) => {
    const at = Date.parse(event.eventTimestamp);
    return at >= begin && at <= end && (fieldOf === undefined || fieldOf(event).toLowerCase() === wanted);
  });
  return listAnswer(request, events.map(selectFrom(request.url.searchParams.get('$select'))));
}

function selectFrom(select: string | null): (event: RawActivityEvent) => Readonly<Record<string, unknown>> {
  if (select === null) return (event) => event;
  const names = select.split(',').map((name) => name.trim());
  return (event) => Object.fromEntries(Object.entries(event).filter(([name]) => names.includes(name)));
}

function badRequest(message: string): ArmRefusal {
  return refusal(400, 'BadRequest', message);
}
