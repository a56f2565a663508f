/** "a", "a and b", "a, b and 3 more": what a message has room for. */
export function some(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first}, ${second} and ${names.length - 2} more`;
}

/** "1 machine", "2 machines". */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** The command that takes role assignments away. */
export function deleteAssignments(ids: readonly string[]): string {
  return `az role assignment delete --ids ${ids.map((id) => `"${id}"`).join(' ')}`;
}
