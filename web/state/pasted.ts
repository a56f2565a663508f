/** The ids in a pasted text. */
export function pastedIds(text: string): readonly string[] {
  return [...new Set(text.match(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi) ?? [])];
}
