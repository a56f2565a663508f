/** One field that has another value: `tags.env`, `identity.principalId`. Null = absent. */
export interface Difference {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Compares two objects field by field, and records in them key by key. Letter case counts in values. */
export function differencesOf(before: object, after: object, path = ''): readonly Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [one, other]: readonly unknown[] = [Reflect.get(before, name), Reflect.get(after, name)];
    const field = path === '' ? name : `${path}.${name}`;
    if (isRecord(one) || isRecord(other)) {
      return differencesOf(isRecord(one) ? one : {}, isRecord(other) ? other : {}, field);
    }
    const [from, to] = [textOf(one), textOf(other)];
    return from === to ? [] : [{ field, before: from, after: to }];
  });
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
