const defaultScope = '/.default';

/**
 * The resource of a resource URI or of a scope (`…/.default`). Keeps a trailing slash, because some services compare
 * it. `az account get-access-token --resource` does the same.
 */
export function resourceOf(resourceOrScope: string): string {
  return resourceOrScope.endsWith(defaultScope) ? resourceOrScope.slice(0, -defaultScope.length) : resourceOrScope;
}

/** The scope that Azure's credentials turn back into `resource`: `https://a/` becomes `https://a//.default`. */
export function scopeOf(resource: string): string {
  return `${resource}${defaultScope}`;
}

/**
 * The spellings of a resource to try in Cloud Shell, the likeliest first. It accepts a list of exact strings. Most of
 * them, such as Resource Manager's, end in a slash.
 * @see https://github.com/Azure/CloudShell/issues/351 has that list
 */
export function cloudShellSpellings(resource: string): string[] {
  const url = URL.parse(resource);
  if (url === null || url.protocol !== 'https:' || url.pathname !== '/' || url.search !== '') return [resource];
  const bare = resource.replace(/(?<!\/)\/+$/, '');
  return [`${bare}/`, bare];
}
