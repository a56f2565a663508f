/** The name of a resource: the end of its id. */
export function lastSegment(resourceId: string): string {
  return resourceId.split('/').at(-1) ?? resourceId;
}

/** The scope of a role without the beginning that all scopes share: `resource group rg-web`. */
export function scopeText(scope: string): string {
  const name = lastSegment(scope);
  if (scope === '/') return 'everything';
  if (/^\/providers\/Microsoft\.Management\/managementGroups\/[^/]+$/i.test(scope)) return `management group ${name}`;
  if (/^\/subscriptions\/[^/]+$/i.test(scope)) return `subscription ${name}`;
  if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(scope)) return `resource group ${name}`;
  return name;
}

/** A time to the second. */
export function timeText(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
