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
    .filter((field) => old.get(field) !== now.get(field) && !isFilled(field, old, now) && !isFilled(field, now, old))
    .map((field) => {
      const [one, other] = [old.get(field) ?? null, now.get(field) ?? null];
      const isTold = textOf(one) !== textOf(other);
      return { field, before: isTold ? textOf(one) : one, after: isTold ? textOf(other) : other };
    });
}

/** The values as JSON, so that the text `null` differs from no value. */
function flat(value: unknown, name = '', fields = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) flat(inner, name === '' ? key : `${name}.${key}`, fields);
  } else if (name !== '') {
    fields.set(name, JSON.stringify(value));
  }
  return fields;
}

/** What is empty in one state and has fields in the other: the fields say it. */
function isFilled(field: string, one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.get(field) === '{}' && [...other.keys()].some((name) => name.startsWith(`${field}.`));
}

/** Texts are read without their quotes. */
function textOf(json: string | null): string | null {
  return json?.startsWith('"') === true ? String(JSON.parse(json)) : json;
}
