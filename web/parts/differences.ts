/** One field of two states. Null: that state does not have it. */
export interface FieldDifference {
  /** With dots between the names: `identity.type`, `tags.env`. */
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Compares two states, field by field and as deep as they go. Equal fields are left out. */
export function differencesOf(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>> | null,
): readonly FieldDifference[] {
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? null, after: now.get(field) ?? null }))
    .filter((one) => one.before !== one.after);
}

function flat(value: unknown, name = '', fields = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flat(inner, name === '' ? key : `${name}.${key}`, fields);
  } else if (name !== '') {
    fields.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return fields;
}
