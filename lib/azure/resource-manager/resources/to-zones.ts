/** Availability zones as texts. */
export function toZones(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((zone) => typeof zone === 'string' || typeof zone === 'number').map(String);
}
