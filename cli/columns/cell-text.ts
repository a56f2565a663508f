/** What a resource is called: the end of its id. */
export function lastSegment(resourceId: string): string {
  return resourceId.split('/').at(-1) ?? resourceId;
}

/** Where a role holds, without what all scopes begin with: `resource group rg-web`. */
export function scopeText(scope: string): string {
  const name = lastSegment(scope);
  if (scope === '/') return 'everything';
  if (/^\/providers\/Microsoft\.Management\/managementGroups\/[^/]+$/i.test(scope)) return `management group ${name}`;
  if (/^\/subscriptions\/[^/]+$/i.test(scope)) return `subscription ${name}`;
  if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(scope)) return `resource group ${name}`;
  return name;
}
