import { accessText } from '../../text/parts/access.ts';
import { lastSegment } from '../name.tsx';

/** Where a role holds, in words: `subscription Retail Core`, `resource group rg-web`, `management group platform`. */
export function scopeText(scope: string, subscriptionName: (id: string) => string): string {
  const parts = scope.split('/').filter((part) => part !== '');
  const [first = '', subscriptionId = '', third = '', group = ''] = parts;
  if (parts.length === 0) return accessText.scopes.everything;
  if (/^providers$/i.test(first) && /^managementGroups$/i.test(third)) return accessText.scopes.managementGroup(group);
  if (!/^subscriptions$/i.test(first)) return scope;
  const subscription = subscriptionName(subscriptionId);
  if (parts.length <= 2) return accessText.scopes.subscription(subscription);
  if (parts.length <= 4) return accessText.scopes.resourceGroup(group, subscription);
  return accessText.scopes.resource(lastSegment(scope), group, subscription);
}

/** The subscription in a resource id, in lower case; empty where it has none. */
export function subscriptionOf(id: string): string {
  return /^\/subscriptions\/([^/]+)/i.exec(id)?.[1]?.toLowerCase() ?? '';
}
