/** An argument of a command, in single quotes if a shell would interpret a character of it. */
export function quotedForShell(argument: string): string {
  return /^[\p{L}\p{N}_./:@%+,=-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
