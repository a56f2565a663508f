/** Paths such as `.properties.osProfile.computerName`. Of an array only the first element counts. */
export function propertyPaths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return propertyPaths(value[0], path);
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => propertyPaths(inner, `${path}.${name}`));
}
