/**
 * A JSON value as a row of scalars: nested fields get dotted names, lists are joined by `;`, and so are the keys of an object
 * that is keyed by resource ids. What is no object has one column, `value`.
 */
export function flatten(value: unknown): Map<string, string> {
  const row = new Map<string, string>();
  if (isObject(value)) addFields(row, '', value);
  else if (Array.isArray(value)) for (const [at, item] of value.entries()) row.set(`column${at + 1}`, scalar(item));
  else row.set('value', scalar(value));
  return row;
}

function addFields(row: Map<string, string>, prefix: string, value: object): void {
  for (const [name, field] of Object.entries(value)) {
    if (isObject(field) && Object.keys(field).length > 0 && !isKeyedById(field))
      addFields(row, `${prefix}${name}.`, field);
    else row.set(prefix + name, scalar(field));
  }
}

/** One value as text: nothing for null and for an empty object, JSON for a list of objects. */
function scalar(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(scalar).join(';');
  if (isObject(value) && isKeyedById(value)) return Object.keys(value).join(';');
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  return String(value);
}

function isKeyedById(value: object): boolean {
  return Object.keys(value)[0]?.startsWith('/') === true;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
