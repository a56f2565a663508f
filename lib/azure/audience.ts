const defaultScope = '/.default';

/**
 * The resource that a user means: a resource URI as it is, or a scope without its `/.default`.
 * A slash at the end is kept, as `az account get-access-token --resource` keeps it: some services compare it.
 */
export function resourceOf(resourceOrScope: string): string {
  return resourceOrScope.endsWith(defaultScope) ? resourceOrScope.slice(0, -defaultScope.length) : resourceOrScope;
}

/** The scope from which Azure's credentials make `resource` again: `https://a/` becomes `https://a//.default`. */
export function scopeOf(resource: string): string {
  return `${resource}${defaultScope}`;
}

/**
 * How to ask Cloud Shell for a resource, the likeliest first. It compares with a list of exact strings, most of which end in a slash, Resource Manager's too.
 * @see https://github.com/Azure/CloudShell/issues/351 for that list
 */
export function cloudShellSpellings(resource: string): string[] {
  const url = URL.parse(resource);
  if (url === null || url.protocol !== 'https:' || url.pathname !== '/' || url.search !== '') return [resource];
  const bare = resource.replace(/\/+$/, '');
  return [`${bare}/`, bare];
}
